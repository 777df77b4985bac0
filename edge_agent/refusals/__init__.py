"""Why no answer can be given. Its parts, in reading order:

rule        one refusal: reason, quantity, sentence, limit, advice
of_samples  refusals of samples: lost, unreadable, badly clocked, wired or scaled
of_bars     refusals about the bars: not resolved, at an unknown slip, inconclusive
meanings    what each reason means, and what to do
catalogue   all refusals, looked up by reason and quantity, and put into words
"""

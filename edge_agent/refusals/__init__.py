"""The table of refusals. The check that measures a value raises the refusal. Its parts, in reading order:

rule        one refusal: reason, quantity, sentence, limit, advice
of_samples  rules about samples: lost, unreadable, badly clocked, wired or scaled
of_bars     rules about the bars: not resolved, at an unknown slip, inconclusive
of_conditions  rules about the conditions beside broken bars
of_vibration  rules about those of them that show in vibration
meanings    what each reason means, and the advice that goes with it
catalogue   finds the rule of a refusal, and fills in its sentence
"""

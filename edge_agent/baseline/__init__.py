"""What is normal for this motor: learned while it is sound, and what it shows later held against that.

    answers -> looks -> learning -> reference -> growth, recognition, proof -> status
               Looks    Learning    Reference    Watching                      Baseline

Its parts, in reading order:

settings     how long it learns, and how many false alarms a year are allowed
look         what one look shows of the motor, as far as it is compared
reference    what was learned: per load bin, the bars, current and unbalance of the motor
collection   looks and hours of the learning period, and whether they look broken
learning     the learning period, until there is a reference or the rotor looks broken
growth       looks above the baseline add up until they are growth (a CUSUM)
recognition  another motor, or a sensor that has drifted, each named apart from growth
proof        how many false alarms a year the motor's own looks allow at most
judgement    a state as one who knows the baseline reads it
watching     what comes after learning: each look is held against the reference
memory       what is kept in the state folder
status       what is told of the baseline
words        the status in one sentence
monitor      the baseline of a motor, from answers to status
"""

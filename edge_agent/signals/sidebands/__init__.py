"""The pair of sidebands, and how many bars it stands for. Its parts, in reading order:

fit           the pair of lines at (1 ± 2s)f that a broken bar puts beside the line
supply_phase  the pair of sidebands without the supply's wander, which harmonics of the current carry, too
severity      how many bars the sidebands stand for: compensated for load, with the range in which the
"""

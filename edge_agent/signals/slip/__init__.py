"""At which slip the motor runs, what tells it, and what speaks against it. Its parts, in reading order:

range          a range of slips, and what it comes from
estimator      the slip of a window: the sources in the order in which they are believed
view           one window as the sources see it, and what they have in common: one method
sources        a stated speed, the vibration, the rms current
slot_source    the rotor's slot harmonics, with the pair of sidebands to tell a slot line from its side lines
shaft          signal processing of the vibration: the frequency whose whole comb of harmonics stands out
slots          signal processing of slot lines: how far those of each slip stand above their floors
pair_search    the search for the pair of sidebands in a range of slips
current_check  whether the current belongs to this motor at its slip
doubts         what speaks against a slip, and so against what was measured at it
"""

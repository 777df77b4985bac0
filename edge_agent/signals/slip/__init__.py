"""At which slip the motor runs, what tells it, and what speaks against it. Its parts, in reading order:

range   a range of slips, what it comes from, and the search for the pair of sidebands in it
view    one window of one motor, and what tells its slip: the sources in the order in which they are believed
scan    a sound rotor cleared without a slip: at none that the current allows may a bar be hidden
shaft   the slip by the vibration: that of the shaft whose whole comb of harmonics stands out
poles   the shaft and the number of poles by the vibration alone, for the audit of the plate
slots   the slip by the lines of the rotor's slots, and the pair that tells a slot line from its side lines
doubts  what speaks against a slip, and so against what was measured at it
"""

"""At which slip the motor runs, what tells it, and what speaks against it. Its parts, in reading order:

range         a range of slips, what it comes from, and the search for the pair of sidebands in it
view          one window of one motor, and what tells its slip: the sources in the order of belief
scan          a sound rotor cleared without a slip: at none that the current allows may a bar be hidden
shaft         the slip by the vibration: that of the shaft whose whole comb of harmonics stands out
poles         the shaft and the number of poles by vibration or air gap alone, for the audit of the plate
slots         the slip by the lines of the rotor's slots, told from their side lines by the pair
eccentricity  the slip by the lines of the air gap in the current
known         what is known of a motor beyond its plate: what many windows have taught
lines         lines of the current that may be slot lines of an unknown number of bars
doubts        what speaks against a slip, and so against what was measured at it
"""

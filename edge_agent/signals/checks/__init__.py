"""Check whether the samples can bear an answer at all. Its parts, in reading order:

quality     whether the samples of a window can bear an answer at all
coarse      phase currents averaged over short blocks: small enough to look at them from every side
flat        signals that stand still where they should move: held values and flat tops
clock       whether the scans were taken when they say so: lost stretches, jitter and a wandering clock
sensors     whether the current sensors are those of this motor: magnitude, scales, directions and drift
steadiness  whether motor and supply stayed as they were for the length of a window
vibration   which vibration channels tell anything of the machine, and why the others do not
"""

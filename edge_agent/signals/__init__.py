"""From a window of samples to what it shows. Its parts, in reading order:

analysis   from a window of samples to its evidence and its images: everything that is measured, nothing
prepared   the samples of a window made ready to be measured: space vector, line, baseband, vibration
supply     the supply as the currents show it: space vector, line frequency, phase order, unbalance
checks     whether the samples can bear an answer at all
slip       at which slip the motor runs, and who says so
sidebands  the pair of sidebands, and how many bars it stands for
witnesses  where else a broken bar shows: around the line's 5th and 7th harmonic, and in the vibration
images     the images that the network looks at: sidebands over time, on an axis in units of 2sf
dsp        signal processing that knows no motor
"""

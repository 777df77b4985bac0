"""From a window of samples to what it shows. Its parts, in reading order:

analysis          one window from checks to images, in the order of the lines below
checks            whether the samples can bear an answer at all
prepared          the samples made ready to be measured: space vector, line, baseband, harmonics, vibration
slip              the slip, with the pair of sidebands found at it, and what speaks against it
sidebands         the pair of sidebands, and the equivalent number of broken bars it corresponds to
voltage           what measured voltages add: power, events, and what the supply does to the current
long_memory       the same in minutes of an idling motor's current
evidence          the figures that are published: the pair, and where else a broken bar shows
images            the images that the network looks at: sidebands over time, on an axis in units of 2sf
figures           the ordinary figures of a window, also of a refused one: currents, speed, vibration
distortion        total harmonic distortion of the currents
vibration_levels  velocity and acceleration of the vibration channels
vibration_view    the vibration transformed once for all conditions: lines of the shaft, envelopes
rhythms           rhythms in the envelopes: that of a bearing's part, and the strongest not of the shaft
bearing_bands     what each band of a vibration shows of a bearing: level, blows, rhythms
gap_line          the line of an air gap that runs out with the shaft, in the current at f + f_r
short_time        the current from part to part of a window: when the motor starts, when it stops
voltage_steps     sags and swells of the supply, as the currents alone show them
steady_part       for how long the load has been steady at the end of a window
dsp               signal processing that needs no knowledge of motors
"""

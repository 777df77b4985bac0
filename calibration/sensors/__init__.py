"""Calibration of the sensors: gain and offset of each channel, and whether it is wired as it says.

readings       what a person read beside the motor: currents, frequency, speed, rotation
findings       what is wrong with a channel, and what to do about it
measured       the phase currents of a recording: rms, phasor and mean of each
directions     which sensor is the wrong way round, and which two are on one conductor
phase_order    which sensor is on which conductor
scales         gains by the readings, and powers of ten by the plate
clock          the line frequency, the rate and the speed
gravity        gain and offset of an accelerometer that was turned over
survey         all of this on the recordings of one motor
words          the survey in words
yaml_channels  the corrected channels in the YAML file, its comments kept
"""

"""Signal processing that needs no knowledge of motors. Its parts, in reading order:

levels      levels in decibels, and the tapers through which spectra are taken
power       the power in each bin of a spectrum, averaged over the parts of a window that came whole
rotation    phasors that turn evenly: what shifts a line to zero, and what a spectrum is looked at with
polyphase   filter and decimation in one: only what is kept is computed
decimation  all channels of a stream brought down to the rate at which faults of the rotor live
carrier     the current seen from its own carrier; refuses a window with too many bridged samples
"""

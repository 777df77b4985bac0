"""Signal processing that needs no knowledge of motors. Its parts, in reading order:

tones           how lines are read from samples: phasors that turn evenly, tapers, and levels in decibels
medians         medians and percentiles by one partition, without the overhead of numpy's
filters         low passes by Kaiser, and transforms of a whole signal, without loading scipy.signal
power           the power in each bin of a spectrum, averaged over the parts of a window that came whole
spectral_lines  lines of a power spectrum: how strong, and how far above the floor beside them
envelope        in which rhythm a band of a signal swells and fades
decimation      filter and decimation in one, and all channels of a stream at the rate of rotor faults
carrier         the current seen from its own carrier; refuses a window with too many bridged samples
"""

"""A virtual DAQ: a simulated motor, or a recording, on a serial port that any program can open.

daq            the clock that everything follows
sources        samples of a simulated motor or of a recording
batches        blocks cut into batches of a fixed number of scans
encoders       batches as block frames or text lines, sent unasked
talkers        DAQs that obey commands: an Arduino Due with DaqOpen, a DATAQ
damage         batches harmed on request
pty_port       the pseudo-terminal and its link
inlets         control socket, keyboard and signals
instructions   what they can ask for
errors         its error

`edge-calibrate simulate --serial --link PORT` runs it.
"""

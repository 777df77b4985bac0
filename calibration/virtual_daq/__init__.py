"""A virtual DAQ: a simulated motor, or a recording, on a serial port that any program can open.

`edge-calibrate simulate --serial --link PORT` runs it; `daq` holds the clock that everything follows.
"""

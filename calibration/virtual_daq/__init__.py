"""A virtual DAQ: a simulated motor, or a recording, on a serial port that any program can open.

`edge-calibrate simulate --serial --link PORT` is `command`; `daq` holds the clock that everything follows.
"""

from calibration.virtual_daq.command import add_arguments, run

__all__ = ["add_arguments", "run"]

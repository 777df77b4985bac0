"""Calibration: what is done before and beside running the agent. Its parts, in reading order:

cli            the command line: which command lies where
commands       one module per command: parse, call, print
simulator      motors with broken bars, and everything that looks like them or hides them
virtual_daq    a simulated motor, or a recording, on a serial port
sensors        gain, offset and wiring of the sensors, by readings of a meter
commissioning  an installation checked, and the report that hands it over
recordings     recordings of other laboratories and formats
learning       from recordings to the model file of the agent, and how well it does
fleet          a crowd of simulated agents, which loads brokers and databases
processes      child processes, workers and the demo
validation     the first problem of values that came from a file

The agent never imports it.
"""

import edge_agent  # noqa: F401 - its settings of the environment hold before numpy and ONNX Runtime are loaded

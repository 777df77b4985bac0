"""From what a window shows to a verdict, and from verdicts to a state. Its parts, in reading order:

diagnoser    what a diagnoser is: whoever makes a finding on one fault from what a window shows
broken_bars  broken bars: the network and the sideband physics must say the same
decision     the state over time: windows are smoothed, and neither an alarm nor an all-clear hangs on one
model        the network: one ONNX file that brings its own description and proves itself before it is used
manifest     what a model file says of itself: how to feed it, how to read it, and where it comes from
model_file   the bytes of a model file: no more than a model has, and unchanged where a digest stands beside
"""

from collections.abc import Callable

from edge_agent.diagnose.diagnoser import Diagnoser
from edge_agent.motor import Nameplate

FURTHER: tuple[Callable[[Nameplate], Diagnoser], ...] = ()
"""Diagnosers of the faults beside broken bars, each made with the motor's nameplate."""

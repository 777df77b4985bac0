"""From what a window shows to a verdict, and from verdicts to a state. Its parts, in reading order:

diagnoser    the interface of a diagnoser: it makes a finding on one fault from what a window shows
broken_bars  the diagnoser of broken bars: state, severity and count, from sidebands and network
load_sweep   bars or axial ducts: what looks at many loads tell, kept over hours and restarts
duct_law     how the equivalent bars of one rotor follow the slip
stretch      the same in minutes of an idling motor's current, by the sidebands alone
reasons      why there is no answer: the reason that prevails over the last minutes
decision     the state over time, smoothed over windows, and which of its changes are events
model        the network: one ONNX file that describes itself and proves itself before it is used
manifest     what a model file says of itself: how to feed it, how to read it, where it comes from
model_file   the bytes of a model file: bounded in size, and checked against the digest beside it
"""

from collections.abc import Callable

from edge_agent.diagnose.diagnoser import Diagnoser
from edge_agent.motor import Nameplate

FURTHER: tuple[Callable[[Nameplate], Diagnoser], ...] = ()
"""Diagnosers of the faults beside broken bars, each made with the motor's nameplate."""

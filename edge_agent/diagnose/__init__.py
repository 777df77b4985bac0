"""From what a window shows to a verdict, and from verdicts to a state. Its parts, in reading order:

broken_bars  the diagnoser of broken bars: state, severity and count, from sidebands and network
load_sweep   bars or axial ducts: what looks at many loads tell, kept over hours and restarts
duct_law     how the equivalent bars of one rotor follow the slip
duct_odds    how much likelier a broken bar is than none by that
stretch      the same in minutes of an idling motor's current, by the sidebands alone
reasons      why there is no answer: the reason that prevails over the last minutes
decision     the state over time, smoothed over windows, and which of its changes are events
model        the network: one ONNX file that describes itself and proves itself before it is used
manifest     what a model file says of itself: how to feed it, how to read it, where it comes from
model_file   the bytes of a model file: bounded in size, and checked against the digest beside it
"""

"""From what a window shows to a verdict, and from verdicts to a state. Its parts, in reading order:

fusion      the verdict of one window: the network and the sideband physics must agree
decision    the state over time: windows are smoothed, so no single one raises or ends an alarm
model       the network: one ONNX file that describes itself and proves itself before it is used
manifest    what a model file says of itself: how to feed it, how to read it, where it comes from
model_file  the bytes of a model file: bounded in size, and checked against the digest beside it
"""

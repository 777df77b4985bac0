"""The trained network as an INT8 file with its description.

deploy         the network without BatchNorm and channel shuffle
merging        its convolutions, reordered, padded and joined
domain         how far a window lies from training
export         the ONNX file that takes bytes
quantization   its INT8 form
integers       all of that in one step, checked against the network
inference      a model file on many examples
packaging      description, golden inputs and limit of the file
"""

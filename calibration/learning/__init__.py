"""From recordings to the model file, in layers: each imports only those above it.

data        recordings cut into examples, and how these are split
network     the network: a branch per modality, fused
training    the network fitted to examples
shipping    the trained network as an INT8 file with its description
judging     what a model reaches, and models compared
conditions  networks for the conditions beside broken bars: a comparison of its own
"""

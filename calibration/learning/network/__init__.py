"""The network: one ShuffleNetV2 branch per modality, fused with each other and the side inputs.

shufflenet   a branch, with the parameter names of torchvision
attention    attention between the maps of two modalities
fusion       the whole network
cost         parameters, multiplications and time of a model
"""

"""Recordings cut into examples, and how these are split.

sources        where recordings come from, and the split of their motors
labels         class of a recording, split of motors
windowing      windows analysed by the front end of the agent
paper_images   the spectrograms of the paper, to compare with
examples       examples and their manifest on disk
shards         recordings made into shards of examples
modalities     which side inputs go with which modality
protocols      how examples are split for training and judging
"""

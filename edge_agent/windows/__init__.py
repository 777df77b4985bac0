"""Sliding windows over the sample timeline. Its parts, in reading order:

sliding   blocks of several streams become windows on one time axis
apart     which windows share no sample
part      the newest part of a window
ring      the latest scans of one stream, each at the place of its index
timeline  where the windows of a device stand, so that they can be cut again
"""

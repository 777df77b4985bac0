"""Sliding windows over the sample timeline. Its parts, in reading order:

sliding  sliding windows over the sample timeline
ring     the latest scans of one stream, each at the place of its index
"""

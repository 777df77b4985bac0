"""Samples kept as recordings when something happens, so that it can be replayed. Its parts, in reading order:

settings  when samples are kept, how long before and after, and how much of it
"""

"""Samples kept as recordings when something happens, so that it can be replayed. Its parts, in reading order:

settings   when samples are kept, how long before and after, and how much of it
recorder   captures: the samples around an event, kept as a recording
recent     the newest samples of a device in memory
assembly   blocks that were kept become a recording that replays to the same verdicts
taught     what had been learned of the motor when a capture began
store      the folder of captures, and its bounds
writer     the thread that writes captures
judged     what people found at the rotor, kept with the captures
replaying  a recording through the same stages as live samples
"""

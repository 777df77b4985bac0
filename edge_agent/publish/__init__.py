"""States, events and health on their way to the broker. Its parts, in reading order:

payloads  what is published, as JSON: keys in a fixed order, units in their names, never a NaN
store     events on disk until the broker has them
mqtt      the connection to the broker
settings  settings of the publisher: the broker, our identity there, and how much is kept for it
only_one  one agent per folder and client id: a second one is refused at its start
"""

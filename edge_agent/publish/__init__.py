"""From verdicts to the broker. Its parts, in reading order:

payloads  what is said over MQTT, as JSON: keys in a fixed order, units in their names, never a NaN
store     events on disk until the broker has them
mqtt      the connection to the broker
settings  what must be known to publish: where the broker is, who we are to it, and how much is kept for it
only_one  one agent for one folder and one client id: a second one is told so at its start
"""

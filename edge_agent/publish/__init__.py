"""From verdicts to the broker, and to whoever else is told. Its parts, in reading order:

sink      what the agent has to say, as typed documents, and the interface of whatever takes them: a sink
payloads  documents as JSON, as they are said over MQTT: keys in a fixed order, units in their names, never a
store     events on disk until the broker has them
mqtt      the connection to the broker
settings  what must be known to publish: where the broker is, who we are to it, and how much is kept for it
only_one  one agent for one folder and one client id: a second one is told so at its start
"""

SINKS = ("edge_agent.publish.mqtt.publisher",)
"""Modules of the sinks, in the order in which they get each document; each has `open_sink(settings)`."""

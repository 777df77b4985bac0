"""States, events and health on their way to the broker, and to other sinks. Its parts, in reading order:

documents         what the agent has to say, as typed documents
sink              the interface of whatever takes them: a sink
payloads          documents as JSON: keys in a fixed order, units in their names
alarm_payload     the latched alarm as JSON
baseline_payload  the baseline as JSON
learned_payload   what was learned of a motor as JSON
info_payload      motor, sensors and model as JSON, with the unit of each key
trend_payload     growth and forecast as JSON
json_values       values as JSON holds them: never a NaN
schema            JSON Schemas of all payloads, shipped as files in `schemas/`
home_assistant    the entities that Home Assistant shows, as it wants to be told
store             events on disk until the broker has them
mqtt              the connection to the broker
webhook           alarms by HTTP POST to servers of the user
settings          settings of the sinks: the broker, our identity there, and how much is kept for it
only_one          one agent per folder and client id: a second one is refused at its start
"""

SINKS = (
    "edge_agent.publish.mqtt.publisher",
    "edge_agent.publish.webhook.webhooks",
    "edge_agent.web.sink",
)
"""Modules of the sinks, in the order in which they get each document.

Each has `open_sink(settings)`, which returns a sink, or None if the settings do not ask for it.
"""

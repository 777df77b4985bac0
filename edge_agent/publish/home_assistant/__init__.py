"""What Home Assistant must be told to show motor and agent as devices (MQTT discovery, 2024.12 or later).

components  an entity, by its kind, with the template that finds its value in a payload
of_motor    the entities of a motor
of_agent    the entities of the agent itself
messages    the two discovery messages, one for each device
"""

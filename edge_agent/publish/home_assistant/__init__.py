"""What Home Assistant must be told to show motor and agent as devices (MQTT discovery, 2024.12 or later).

components      an entity, by its kind, with the template that finds its value in a payload
motor_entities  the entities of a motor
agent_entities  the entities of the agent itself
messages        the two discovery messages, one for each device
"""

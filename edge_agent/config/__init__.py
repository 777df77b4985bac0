"""The YAML file as typed settings, or every error in it. Its parts, in reading order:

load            a YAML file in; settings out, or every error at once
motors          several motors in one file: each as a file of its own would be
agent_settings  what one agent is made of: one motor, or several that share broker, outbox and page
settings        the keys of the YAML file, and their defaults
channels        the section `channels`
broker          the section `mqtt`
outlets         the sections of Home Assistant, the HTTP server, webhooks and captures
learning        the sections of the baseline and of alerts
frames          keys of `acquisition` for DAQs that are told to send, and for frames of a fixed length
values          values that several sections take: paths, text for people
section         the base of all sections
document        YAML text as plain values, each with its place; it can neither run code nor grow without bound
scalars         what a scalar is: nothing, a switch, a number or text, as people mean it
variables       environment variables within values: `${NAME}`, `${NAME:-default}`, and `$$` for a dollar sign
addresses       serial ports and brokers; an error says what to write instead
contradictions  settings that are right one by one and cannot be right together
secret_files    secrets that others could read or replace
plates          do power, voltage and current of a nameplate belong to one connection, star or delta?
explain         validation errors in plain words: what was found, what was expected, what to do
problems        an error in a configuration, and its place
migration       an older file brought to the present version, with everything else in it as it was
replacing       the file is replaced as a whole, and what was there is kept
schema          JSON Schema of the YAML file, for completion and checks in editors
"""

from edge_agent.config.agent_settings import AgentSettings
from edge_agent.config.load import load_agent, load_settings, load_whole, load_with_doubts
from edge_agent.config.problems import ConfigError, Position, Problem
from edge_agent.config.settings import Settings

__all__ = [
    "AgentSettings",
    "ConfigError",
    "Position",
    "Problem",
    "Settings",
    "load_agent",
    "load_settings",
    "load_whole",
    "load_with_doubts",
]

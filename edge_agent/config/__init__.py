"""The YAML file as typed settings, or every problem in it. Its parts, in reading order:

load            a YAML file in, settings out, or every problem at once
settings        the settings of an agent: what may stand in its YAML file, and what holds when it does not
channels        the channels that stand in the YAML file
section         what all parts of the YAML file have in common
document        YAML text as plain values, with the place of each; nothing in it can run code or grow
scalars         what a scalar of a YAML file is: nothing, a switch, a number or text, as people mean it
variables       environment variables within values: `${NAME}`, `${NAME:-default}`, and `$$` for a dollar sign
addresses       where samples come from and where messages go: what is no such address is told what it
contradictions  settings that are right by themselves and cannot be right together
plates          whether power, voltage and current of a nameplate are those of one connection, star or delta
explain         validation errors in plain words: what was found, what is expected, what to do
problems        what can be wrong with a configuration, and where
schema          JSON Schema of the YAML file, for completion and checks in editors
"""

from edge_agent.config.load import load_settings, load_with_doubts
from edge_agent.config.problems import ConfigError, Position, Problem
from edge_agent.config.settings import Settings

__all__ = ["ConfigError", "Position", "Problem", "Settings", "load_settings", "load_with_doubts"]

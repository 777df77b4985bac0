"""The YAML file as typed settings; what is wrong with it is told with file, line and column."""

from edge_agent.config.load import load_settings, load_with_doubts
from edge_agent.config.problems import ConfigError, Position, Problem
from edge_agent.config.settings import Settings

__all__ = ["ConfigError", "Position", "Problem", "Settings", "load_settings", "load_with_doubts"]

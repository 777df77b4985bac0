"""Channels of a DAQ that says nothing of itself: then the configuration must say all."""

import os
from pathlib import Path

from edge_agent.config.document import read_document
from edge_agent.config.problems import ConfigError, KeyPath, Problem
from edge_agent.config.settings import Settings

_SCALE = (
    "add scale: <unit per count> and offset: <counts at zero>, or scale: 1 where the numbers are in the unit "
    "already"
)
"""What to write for a channel without scale; for messages."""


def check_described(file: Path, settings: Settings) -> None:
    """Raise ConfigError for each channel of lines without a description whose scale or kind is not stated.

    `rate_hz` says that the lines do not describe themselves. Recordings do, so `replay` needs none of this.
    """
    if settings.acquisition.driver != "csv_lines" or settings.acquisition.rate_hz is None:
        return
    lacking = [index for index, channel in enumerate(settings.device_channels()) if channel.alone() is None]
    if not lacking:
        return
    places = read_document(file, os.environ).values
    problems = []
    for index in lacking:
        key: KeyPath = ("channels", index)
        what = "kind" if settings.device_channels()[index].scale is not None else "scale"
        advice = _SCALE if what == "scale" else "add kind: current, vibration or speed"
        message = (
            f"{what} is missing, and lines whose rate_hz is stated here do not describe themselves; {advice}"
        )
        problems.append(Problem(file, places.get(key), key, message))
    raise ConfigError(tuple(problems))

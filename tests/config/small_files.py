"""A right file to change at one place, and what is said about it then."""

from pathlib import Path

import pytest

from edge_agent.config import ConfigError, Problem, Settings, load_settings, load_with_doubts

FILE = """\
agent: {id: t1}
motor:
  id: m1
  rated_power_kw: 5.5
  rated_voltage_v: 400
  rated_current_a: 11
  rated_speed_rpm: 1455
  line_frequency_hz: 50
  poles: 4
acquisition:
  driver: csv_lines
  port: /dev/ttyACM0
  rate_hz: 2000
channels:
  - {name: ia, kind: current, phase: a, unit: A, scale: 1}
  - {name: ib, kind: current, phase: b, unit: A, scale: 1}
  - {name: ic, kind: current, phase: c, unit: A, scale: 1}
mqtt:
  host: localhost
"""


def changed(*changes: tuple[str, str], text: str = FILE) -> str:
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return text


class Folder:
    """A folder in which one file is written and read again and again."""

    def __init__(self, path: Path) -> None:
        self.file = path / "agent.yaml"

    def load(self, *changes: tuple[str, str], **environment: str) -> Settings:
        self.file.write_text(changed(*changes), encoding="utf-8")
        return load_settings(self.file, environment)

    def problems(self, *changes: tuple[str, str], **environment: str) -> dict[str, Problem]:
        """Problems by their key as people write it."""
        with pytest.raises(ConfigError) as refused:
            self.load(*changes, **environment)
        return {str(p).split(": ")[1]: p for p in refused.value.problems}

    def problems_of_an_agent(self, *changes: tuple[str, str]) -> dict[str, Problem]:
        """The same of an agent that runs, for which every channel must be described."""
        with pytest.raises(ConfigError) as refused:
            self.doubts(*changes)
        return {str(p).split(": ")[1]: p for p in refused.value.problems}

    def problem(self, *changes: tuple[str, str], **environment: str) -> Problem:
        (problem,) = self.problems(*changes, **environment).values()
        return problem

    def doubts(self, *changes: tuple[str, str]) -> dict[tuple[str | int, ...], str]:
        self.file.write_text(changed(*changes), encoding="utf-8")
        return {doubt.key: doubt.message for doubt in load_with_doubts(self.file, {})[1]}

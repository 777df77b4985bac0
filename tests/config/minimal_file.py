"""The shortest configuration, one with channels, and where words stand in a file."""

from edge_agent.config import Position

MINIMAL = """\
motor:
  rated_power_kw: 0.75
  rated_voltage_v: 220
  rated_current_a: 2.98
  rated_speed_rpm: 1715
  line_frequency_hz: 60
  poles: 4
acquisition:
  port: /dev/ttyACM0
mqtt:
  host: localhost
"""

CHANNELS = """\
channels:
  - {name: ia, kind: current, phase: a, unit: A, scale: 0.00582, offset: 3}
  - {name: ib, kind: current, phase: b, scale: -0.00582, full_scale: 12}
  - {name: vib_radial, kind: vibration, axis: radial, unit: mm/s, scale: 0.00958}
"""


def place_of(text: str, words: str) -> Position:
    """Return where `words` stand in a text, as an editor counts."""
    before = text[: text.index(words)]
    return Position(before.count("\n") + 1, len(before) - before.rfind("\n"))


def changed(old: str, new: str, text: str = MINIMAL) -> str:
    assert old in text
    return text.replace(old, new, 1)

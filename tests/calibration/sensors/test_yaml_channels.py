"""Channels written back into the YAML file."""

from pathlib import Path

import pytest
from plates import plate_yaml

from calibration.sensors.survey import Correction
from calibration.sensors.yaml_channels import changes_of, with_channels, write_channels
from edge_agent.acquire.samples import Channel, ChannelKind
from edge_agent.config import ConfigError, load_settings

HEAD = f"""\
# The pump in hall 3; the plate is behind the cover.
motor: {plate_yaml()}   # copied on Monday
acquisition:
  port: "/dev/ttyACM0"  # the blue one
mqtt: {{host: localhost}}
"""
CHANNELS = """
channels:                # clamps of the second batch
  - {name: ia, kind: current, phase: a, unit: A, scale: 0.00582, offset: 0}   # left
  - {name: ib, kind: current, phase: b, unit: mA, scale: 5.82, offset: 0}
  # the third one came later
  - name: ic
    kind: current
    phase: c
    scale: 0.00582       # by the data sheet
"""


def a_correction(name: str, scale: float, phase: str, **changes: float) -> Correction:
    before = Channel(name, ChannelKind.CURRENT, "A", 0.00582, phase=name[-1], **changes)
    return Correction(before, scale, 12.3416, phase)


ALL = [
    a_correction("ia", 0.005931, "b"),
    a_correction("ib", 0.00571234567, "a"),
    a_correction("ic", -0.0059, "c"),
]


def test_values_change_and_comments_order_and_quotes_stay(tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(HEAD + CHANNELS)
    file.chmod(0o640)
    write_channels(file, ALL)
    assert file.read_text() == HEAD + (
        "\nchannels:                # clamps of the second batch\n"
        "  - {name: ia, kind: current, phase: b, unit: A, scale: 0.005931, offset: 12.34} # left\n"
        "  - {name: ib, kind: current, phase: a, unit: mA, scale: 5.71235, offset: 12.34}\n"
        "  # the third one came later\n"
        "  - name: ic\n    kind: current\n    phase: c\n    scale: -0.0059       # by the data sheet\n"
        "    offset: 12.34\n"
    )
    assert file.stat().st_mode & 0o777 == 0o640
    settings = load_settings(file)
    assert [channel.scale for channel in settings.device_channels()] == [0.005931, 5.71235, -0.0059]
    assert (tmp_path / "agent.yaml.before").read_text() == HEAD + CHANNELS
    assert sorted(path.name for path in tmp_path.iterdir()) == ["agent.yaml", "agent.yaml.before"]


def test_a_daq_that_describes_itself_gets_the_channels_that_were_calibrated(tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(HEAD)
    write_channels(file, [a_correction("ia", 0.00001, "a", full_scale=10.0)])
    assert file.read_text() == HEAD + (
        "channels:\n- {name: ia, scale: 1e-05, offset: 12.34, full_scale: 0.0171821}\n"
    )
    (channel,) = load_settings(file).device_channels()
    assert channel.scale == 1e-5


def test_writing_twice_changes_nothing() -> None:
    once = with_channels(HEAD + CHANNELS, ALL)
    assert with_channels(once, ALL) == once


def test_a_scale_that_was_not_fitted_stays_the_one_of_the_daq() -> None:
    before = Channel("ia", ChannelKind.CURRENT, "A", 0.00582, full_scale=11.9, phase="a")
    assert changes_of(Correction(before, 0.00582, 3.0, "a", fitted=False)) == {"offset": 3.0}


def test_a_file_that_the_agent_could_not_use_is_not_written(tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    file.write_text(HEAD + CHANNELS)
    with pytest.raises(ConfigError, match="phase"):
        write_channels(file, [a_correction("ia", 0.0058, "b")])
    assert file.read_text() == HEAD + CHANNELS
    assert list(tmp_path.iterdir()) == [file]

"""The keys for DAQs that must be told to send, and for frames that the YAML describes."""

from pathlib import Path

import pytest
from documents import blocks
from plates import plate_yaml

from edge_agent.acquire.drivers import decoder_of
from edge_agent.acquire.settings import FrameLayout
from edge_agent.config import ConfigError, Settings, load_settings, load_with_doubts

CHANNELS = [f"{{name: i{p}, kind: current, phase: {p}, unit: A, scale: 0.01}}" for p in "abc"]


def loaded(folder: Path, acquisition: str, channels: list[str] | None = None) -> Settings:
    listed = CHANNELS if channels is None else channels
    text = f"motor:\n  {plate_yaml()}\nacquisition:\n  port: /dev/ttyACM0\n  {acquisition}\n"
    text += "mqtt: {host: localhost}\n"
    text += f"channels: [{', '.join(listed)}]\n" if listed else ""
    file = folder / "agent.yaml"
    file.write_text(text)
    return load_with_doubts(file)[0]


def problems(folder: Path, acquisition: str, channels: list[str] | None = None) -> str:
    with pytest.raises(ConfigError) as refused:
        loaded(folder, acquisition, channels)
    return str(refused.value)


def keys(*lines: str) -> str:
    return "\n  ".join(lines)


def test_each_example_of_the_document_makes_a_driver(tmp_path: Path) -> None:
    shown = blocks("yaml", "edge_agent/acquire/README.md")
    assert len(shown) == 3
    for block in shown:
        text = block.removeprefix("acquisition:\n").replace("  port: /dev/ttyACM0\n", "").strip()
        settings = loaded(tmp_path, text).serial_settings()
        decoder = decoder_of(settings.driver).from_settings(settings)
        assert decoder.opening
        assert decoder.closing


def test_frames_of_the_yaml_reach_the_driver(tmp_path: Path) -> None:
    settings = loaded(
        tmp_path,
        keys(
            "driver: fixed_frame",
            "rate_hz: 4000",
            r'open: ["STOP\n", "START\n"]',
            r'close: ["STOP\n"]',
            "frame: {sync: a55a, counter: u16be, scans: 64, type: i32le, checksum: crc16}",
        ),
    ).serial_settings()
    assert settings.frame == FrameLayout(b"\xa5\x5a", "u16be", 64, "i32le", "crc16")
    assert settings.opening == (b"STOP\n", b"START\n")
    assert settings.closing == (b"STOP\n",)
    assert settings.preset is None
    assert settings.digital_inputs == 127


@pytest.mark.parametrize("sync", ["a5", "'5555'", "FF ff 00"])
def test_a_sync_is_hexadecimal(sync: str, tmp_path: Path) -> None:
    frame = f"frame: {{sync: {sync}, counter: u8, scans: 10}}"
    settings = loaded(tmp_path, keys("driver: fixed_frame", "rate_hz: 4000", frame)).serial_settings()
    assert settings.frame is not None
    assert settings.frame.sync == bytes.fromhex(sync.strip("'"))


@pytest.mark.parametrize(
    ("sync", "words"),
    [
        ("5555", "put the bytes in quotes"),
        ("xyz", "is not 1 to 8 bytes"),
        ("a5a", "is not 1 to 8 bytes"),
        ("''", "1 to 8"),
    ],
)
def test_a_sync_that_is_none_is_refused_with_what_to_write(sync: str, words: str, tmp_path: Path) -> None:
    frame = f"frame: {{sync: {sync}, counter: u8, scans: 10}}"
    assert words in problems(tmp_path, keys("driver: fixed_frame", "rate_hz: 4000", frame))


@pytest.mark.parametrize(
    ("acquisition", "words"),
    [
        (("driver: fixed_frame",), "fixed_frame needs preset (due_daq) or frame; add one of them"),
        (("driver: csv_lines", "rate_hz: 2000", "preset: due_daq"), "only fixed_frame use it"),
        (("driver: block_frames", "inputs: [A0, A1, A2]"), "only fixed_frame and dataq use it"),
        (("driver: fixed_frame", "preset: due_daq", "digital_inputs: 3"), "only dataq use it"),
        (
            ("driver: fixed_frame", "preset: due_daq", "frame: {sync: a5, counter: u8, scans: 3}"),
            "the preset due_daq says it already",
        ),
        (("driver: fixed_frame", "frame: {sync: a5, counter: u8, scans: 3}"), "frames do not say their rate"),
        (("driver: fixed_frame", "preset: due_daq", "inputs: [A0, A1]"), "2 inputs for 3 channels"),
        (("driver: fixed_frame", "preset: due_daq", "inputs: [A0, A1, A1]"), "two channels have one input"),
        (("driver: fixed_frame", "preset: due_daq", "inputs: [A0, A1, B2]"), "B2 is not an input of the Due"),
        (("driver: dataq", "inputs: [0, 1, 8]"), "8 is not the code of an analogue input, expected 0 to 7"),
        (("driver: fixed_frame", "preset: uno"), "due_daq"),
    ],
)
def test_what_does_not_belong_together_is_refused_with_what_to_do(
    acquisition: tuple[str, ...], words: str, tmp_path: Path
) -> None:
    assert words in problems(tmp_path, keys(*acquisition))


@pytest.mark.parametrize("driver", ["driver: dataq", "driver: fixed_frame\n  preset: due_daq"])
def test_without_channels_or_their_scale_nothing_could_be_read(driver: str, tmp_path: Path) -> None:
    assert "says nothing of its channels; add channels" in problems(tmp_path, driver, [])
    assert "scale is missing" in problems(tmp_path, driver, ["{name: ia, kind: current, phase: a}"])


def test_more_channels_than_inputs_are_refused(tmp_path: Path) -> None:
    many = [f"{{name: v{n}, kind: vibration, scale: 0.01}}" for n in range(9)]
    assert "9 channels, but the DAQ has 8 inputs" in problems(tmp_path, "driver: dataq", many)


def test_a_gain_is_part_of_the_code(tmp_path: Path) -> None:
    settings = loaded(tmp_path, keys("driver: dataq", "inputs: [256, 1, 514]", "digital_inputs: 126"))
    assert settings.serial_settings().inputs == ("256", "1", "514")
    assert settings.serial_settings().digital_inputs == 126


def test_a_recording_needs_none_of_this(tmp_path: Path) -> None:
    file = tmp_path / "agent.yaml"
    acquisition = "acquisition: {port: /dev/ttyACM0, driver: dataq}"
    file.write_text(f"motor:\n  {plate_yaml()}\n{acquisition}\nmqtt: {{host: localhost}}\n")
    assert load_settings(file).channels is None

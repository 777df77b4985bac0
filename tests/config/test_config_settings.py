"""A right file becomes settings, each part as its user takes it."""

import re
from pathlib import Path

import pytest
from minimal_file import CHANNELS, MINIMAL, changed


def test_a_minimal_file_is_the_nameplate_the_port_and_the_broker(load):
    read = load(MINIMAL)
    assert read.motor.synchronous_speed_rpm == 1800
    assert read.acquisition.driver == "block_frames"
    assert read.acquisition.baud_rate == 921_600
    assert (read.window.length_s, read.window.step_s) == (12, 2)
    assert read.model.file == "builtin"
    assert read.channels is None
    assert re.fullmatch(r"[A-Za-z0-9_.-]+", read.agent.id)


def test_what_the_source_needs_comes_from_acquisition_and_channels(load):
    text = changed("/dev/ttyACM0", "/dev/ttyUSB0\n  driver: csv_lines\n  baud_rate: 115200\n  rate_hz: 1000")
    source = load(text + CHANNELS).serial_settings()
    assert (source.driver, source.port, source.baud_rate, source.rate_hz) == (
        "csv_lines",
        "/dev/ttyUSB0",
        115_200,
        1000,
    )
    assert [channel.name for channel in source.channels] == ["ia", "ib", "vib_radial"]
    assert load(MINIMAL).serial_settings().channels == ()


def test_the_outbox_lies_in_the_state_directory_of_systemd(load, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("STATE_DIRECTORY", "/var/lib/edge-agent:/var/lib/other")
    assert load(MINIMAL).outbox_settings().path == Path("/var/lib/edge-agent/outbox.sqlite3")


def test_relative_paths_count_from_the_folder_of_the_file(load, tmp_path: Path):
    (tmp_path / "model.onnx").touch()
    read = load(MINIMAL + "state_dir: state\nmodel: {file: model.onnx}\n")
    assert read.state_folder() == tmp_path / "state"
    assert read.model.file == str(tmp_path / "model.onnx")


def test_a_window_shorter_than_the_usual_step_follows_without_overlap(load):
    assert load(MINIMAL + "window: {length_s: 1}\n").window.step_s == 1


def test_a_wrong_length_of_the_window_is_one_problem(problems_of):
    (problem,) = problems_of(MINIMAL + "window: {length_s: 0.1}\n")
    assert problem.key == ("window", "length_s")

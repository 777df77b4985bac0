"""What `edge-agent replay --json` prints is what would be published."""

import json
from dataclasses import replace

import numpy as np
import pytest
from answers import RATE_HZ, a_window, replay

from edge_agent import cli
from edge_agent.acquire.samples import Channel, Device
from edge_agent.pipeline import Pipeline


def test_an_event_is_printed_when_state_or_severity_changes_and_not_for_a_reason(
    monkeypatch, tmp_path, capsys
):
    windows = {"off.npz": a_window(amplitude_a=0.0), "broken.npz": a_window(length_s=18.0)}
    assert replay(monkeypatch, tmp_path, "--json", windows=windows) == 0
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    kinds = {name: [line["kind"] for line in lines if line["recording"].endswith(name)] for name in windows}
    assert kinds == {
        "off.npz": ["diagnosis", "state"],
        "broken.npz": ["diagnosis", "diagnosis", "diagnosis", "event", "state"],
    }


@pytest.fixture
def replayed_again(monkeypatch, tmp_path, capsys):
    """Replay pump.npz with these channels in the configuration; the channels in use, and what was said."""
    used: list[Device] = []
    configure = Pipeline.configure
    monkeypatch.setattr(
        Pipeline, "configure", lambda line, device: used.append(device) or configure(line, device)
    )
    replay(monkeypatch, tmp_path)
    config = tmp_path / "agent.yaml"

    def again(channels: str) -> tuple[dict[str, Channel], str]:
        config.write_text(config.read_text().split("channels:")[0] + f"channels:\n{channels}")
        capsys.readouterr()
        assert cli.main(["replay", str(tmp_path / "pump.npz"), "-c", str(config), "--json"]) == 0
        return {c.name: c for s in used[-1].streams for c in s.channels}, capsys.readouterr().err

    return again


@pytest.mark.parametrize(
    ("rest", "said"),
    [
        ("scale: 20", True),
        ("scale: -0.001", True),
        ("scale: 0.001, offset: 2048", True),
        ("scale: 0.001", False),
        ("unit: A", False),
        ("full_scale: 5", False),
    ],
)
def test_the_scale_of_a_recording_is_its_own(replayed_again, rest: str, said: bool):
    channels = "".join(f"  - {{name: i{p}, kind: current, phase: {p}, {rest}}}\n" for p in "abc")
    used, told = replayed_again(channels)
    assert (used["ia"].scale, used["ia"].offset, used["ia"].unit) == (0.001, 0.0, "A")
    assert ("pump.npz: a recording keeps its own scales" in told) is said


def test_name_phase_and_kind_of_a_recording_can_be_overridden_alone(replayed_again):
    _, told = replayed_again("  - {name: vib_radial, kind: speed}\n")
    assert "slip comes from the speed channel" in told
    _, told = replayed_again("  - {name: ia, phase: b}\n")
    assert "ignored: ib" in told
    names = "".join(f"  - {{name: {name}}}\n" for name in ("x", "y", "z", "w"))
    used, _ = replayed_again(names)
    assert list(used) == ["x", "y", "z", "w"]
    assert [channel.phase for channel in used.values()] == ["a", "b", "c", None]


def test_a_channel_that_the_recording_lacks_is_named(replayed_again):
    _, told = replayed_again("  - {name: in, kind: current, phase: a}\n")
    assert "channels: it has no channel in; it has ia, ib, ic, vib_radial" in told


def test_a_window_that_would_not_fit_into_memory_is_refused(monkeypatch, tmp_path, capsys):
    monkeypatch.setattr("edge_agent.acquire.bounds.MAX_WINDOW_VALUES", 4 * RATE_HZ)
    assert replay(monkeypatch, tmp_path) == 1
    told = capsys.readouterr().err
    assert (
        "a window of 6 s would hold 4.8e+04 values, expected at most 8000; shorten window.length_s to 1"
        in told
    )


@pytest.mark.parametrize("rate_hz", [100.0, 120.0, 149.0])
def test_a_current_that_is_sampled_too_slowly_for_the_line_is_refused(
    monkeypatch, tmp_path, capsys, rate_hz: float
):
    window = a_window(vibration=False)
    slow = replace(window.streams[0], stream=replace(window.streams[0].stream, rate_hz=rate_hz))
    assert replay(monkeypatch, tmp_path, windows={"slow.npz": replace(window, streams=(slow,))}) == 1
    told = capsys.readouterr().err
    assert f"slow.npz: ia, ib, ic at {rate_hz:g} scans per second cannot show the line of 60 Hz" in told


def test_a_vibration_channel_that_tells_nothing_is_named_once_a_recording(monkeypatch, tmp_path, capsys):
    window = a_window(length_s=18.0)
    vibration = window.streams[1]
    dead = replace(vibration, counts=np.zeros_like(vibration.counts))
    windows = {"dead.npz": replace(window, streams=(window.streams[0], dead))}
    assert replay(monkeypatch, tmp_path, windows=windows) == 0
    said = capsys.readouterr().err
    assert (
        said.count("vib_radial tells nothing about the machine: it stays at 0 m/s2. The agent ignores it")
        == 1
    )


def test_a_channel_in_a_wrong_scale_is_named_in_the_line_of_the_verdict(monkeypatch, tmp_path, capsys):
    window = a_window()
    current = window.streams[0]
    channels = tuple(replace(c, scale=100 * c.scale) for c in current.stream.channels)
    wrong = replace(current, stream=replace(current.stream, channels=channels))
    assert replay(monkeypatch, tmp_path, windows={"pump.npz": replace(window, streams=(wrong,))}) == 0
    assert "indeterminate: wrong_scale (ia, ib, ic: current_above_pull_out_a" in capsys.readouterr().out


def test_replay_explains_each_window(monkeypatch, tmp_path, capsys):
    assert replay(monkeypatch, tmp_path, "--explain") == 0
    out = capsys.readouterr().out
    assert f"{tmp_path / 'pump.npz'}: broken_bars (alarm)" in out
    assert "detection limit" in out


def test_an_explanation_is_no_json(monkeypatch, tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        replay(monkeypatch, tmp_path, "--explain", "--json")
    assert ended.value.code == 2
    assert "not allowed with" in capsys.readouterr().err

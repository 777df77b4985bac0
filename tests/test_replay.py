"""What `edge-agent replay --json` prints is what would be published."""

import json
from dataclasses import replace

import numpy as np
from answers import a_window, replay


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


def test_a_vibration_channel_that_tells_nothing_is_named_once_a_recording(monkeypatch, tmp_path, capsys):
    window = a_window(length_s=18.0)
    vibration = window.streams[1]
    dead = replace(vibration, counts=np.zeros_like(vibration.counts))
    windows = {"dead.npz": replace(window, streams=(window.streams[0], dead))}
    assert replay(monkeypatch, tmp_path, windows=windows) == 0
    said = capsys.readouterr().err
    assert said.count("vib_radial tells nothing: it stands at 0 m/s2; it is not used") == 1


def test_a_channel_in_a_wrong_scale_is_named_in_the_line_of_the_verdict(monkeypatch, tmp_path, capsys):
    window = a_window()
    current = window.streams[0]
    channels = tuple(replace(c, scale=100 * c.scale) for c in current.stream.channels)
    wrong = replace(current, stream=replace(current.stream, channels=channels))
    assert replay(monkeypatch, tmp_path, windows={"pump.npz": replace(window, streams=(wrong,))}) == 0
    assert "indeterminate: wrong_scale (ia, ib, ic: current_above_pull_out_a" in capsys.readouterr().out

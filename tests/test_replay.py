"""What `edge-agent replay --json` prints is what would be published."""

import json

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

"""What a recording would have shown of broken bars."""

from dataclasses import replace
from pathlib import Path

from plates import plate_yaml

from calibration.commissioning.detection import detection
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.config import Settings, load_settings


def settings(folder: Path) -> Settings:
    file = folder / "agent.yaml"
    file.write_text(
        f"motor: {plate_yaml()}\nacquisition: {{port: /dev/null}}\nwindow: {{length_s: 6, step_s: 6}}\n"
        "mqtt: {host: localhost}\n"
    )
    return load_settings(file)


def test_windows_and_the_least_bars_are_told(tmp_path: Path) -> None:
    told = list(detection(settings(tmp_path), simulate(Scenario(seed=4, load=0.9, duration_s=12.0))))
    assert told[0].startswith("With windows of 6 s, broken bars show from about ")
    assert told[1] == "Of 2 windows of the recording: 2 healthy."
    assert told[2].startswith("The smallest sidebands that would have shown at ")
    assert told[2].endswith(" equivalent bars.")


def test_currents_alone_tell_less_and_a_short_recording_nothing(tmp_path: Path) -> None:
    made = simulate(Scenario(seed=4, load=0.9, duration_s=2.0))
    currents = replace(made.device, streams=made.device.streams[:1])
    told = list(detection(settings(tmp_path), replace(made, device=currents, counts=made.counts[:1])))
    assert told[1].startswith("Only sidebands show the slip")
    assert told[2] == "The recording is shorter than a window of 6 s, so nothing was judged."
    assert len(list(detection(settings(tmp_path), None))) == 2

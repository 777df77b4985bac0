"""Each finding names its entry, and its line of YAML is YAML that corrects it."""

import pytest
import yaml
from answers import NAMEPLATE
from audited import a_motor_window

from edge_agent.audit.findings import PlateFinding, Suspect
from edge_agent.audit.ledger import Count
from edge_agent.audit.words import say_finding

STREAM = a_motor_window().current.stream


def said(suspect: str, value: float, channel: str = "") -> PlateFinding:
    return say_finding(Suspect(suspect), Count(100.0, 8 * [value], 8 * [channel]), NAMEPLATE, STREAM)


@pytest.mark.parametrize(
    ("suspect", "value", "channel", "corrected"),
    [
        ("line_frequency", 50.02, "", {"motor": {"line_frequency_hz": 50}}),
        ("line_frequency", 61.2, "", {"acquisition": {"rate_hz": 1960.8}}),
        ("direction", 0.0, "ib", {"channels": [{"name": "ib", "scale": -0.001}]}),
        ("channel_scale", 10.0, "ic", {"channels": [{"name": "ic", "scale": 0.0001}]}),
        ("scale", 1.7, "", {"motor": {"rated_current_a": 5.16}}),
        ("scale", 0.6, "", {"motor": {"rated_current_a": 1.72}}),
    ],
)
def test_the_line_corrects_the_entry(suspect: str, value: float, channel: str, corrected: object) -> None:
    finding = said(suspect, value, channel)
    assert yaml.safe_load(finding.yaml) == corrected
    assert finding.entry in finding.text
    assert finding.looks == 8


def test_a_power_of_ten_corrects_all_scales() -> None:
    scales = [channel["scale"] for channel in yaml.safe_load(said("scale", 8.1).yaml)["channels"]]
    assert scales == pytest.approx(3 * [0.0001])


def test_poles_come_with_the_speed_at_the_same_slip() -> None:
    finding = said("poles", 2.0)
    assert finding.entry == "motor.poles"
    assert yaml.safe_load(finding.yaml) == {"motor": {"poles": 2, "rated_speed_rpm": 3430}}


def test_a_speed_that_does_not_fit_names_both_entries() -> None:
    finding = said("speed", 0.5)
    assert finding.entry == "motor.rated_speed_rpm or motor.rated_current_a"
    assert yaml.safe_load(finding.yaml) == {"motor": {"rated_current_a": 1.49}}


def test_of_two_sensors_it_is_not_known_which_is_reversed() -> None:
    assert said("direction", 0.0, "ib or ic").yaml == "turn one of the two clamps round"

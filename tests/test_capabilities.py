import pytest

from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.capabilities import capabilities
from edge_agent.motor import Nameplate


def a_plate(**changes):
    values = {
        "rated_power_kw": 0.75,
        "rated_voltage_v": 220,
        "rated_current_a": 2.98,
        "rated_speed_rpm": 1715,
        "line_frequency_hz": 60,
        "poles": 4,
    }
    return Nameplate.model_validate(values | changes)


def streams(phases="abc", vibration=True, speed=False):
    found = []
    if phases:
        channels = tuple(Channel(f"i{p}", ChannelKind.CURRENT, "A", 1.0, phase=p) for p in phases)
        found.append(Stream(0, 10_000.0, channels))
    if vibration:
        found.append(Stream(1, 10_000.0, (Channel("vib", ChannelKind.VIBRATION, "m/s2", 1.0),)))
    if speed:
        found.append(Stream(2, 100.0, (Channel("speed", ChannelKind.SPEED, "rpm", 1.0),)))
    return tuple(found)


@pytest.mark.parametrize(
    ("channels", "told"),
    [
        ({"phases": "bc"}, "phase a is missing"),
        ({"phases": "a"}, "phases b and c are missing"),
        ({"phases": ""}, "broken bars cannot be diagnosed"),
        ({"vibration": False}, "no vibration and no speed"),
        ({"speed": True}, "slip comes from the speed channel"),
        ({}, "separate clocks"),
    ],
)
def test_what_is_missing_is_named(channels, told):
    assert any(told in sentence for sentence in capabilities(streams(**channels), a_plate(), 12.0))


def test_a_current_of_no_phase_and_a_second_motor_are_said_not_to_be_looked_at():
    names = {"ia": "a", "ib": "b", "ic": "c", "in": None, "m2_ia": "a"}
    channels = tuple(Channel(n, ChannelKind.CURRENT, "A", 1.0, phase=p) for n, p in names.items())
    said = list(capabilities((Stream(0, 10_000.0, channels),), a_plate(), 12.0))
    assert "not looked at: in, m2_ia, of no phase or of one that is measured already" in said
    assert not any("missing" in sentence for sentence in said)


def test_a_complete_set_of_one_clock_has_nothing_missing():
    (three, vibration) = streams()
    one_clock = (Stream(0, 10_000.0, three.channels + vibration.channels),)
    said = " ".join(capabilities(one_clock, a_plate(rotor_bars=34), 12.0))
    assert "missing" not in said
    assert "separate" not in said
    assert "unknown" not in said


def test_a_known_speed_and_an_unknown_bar_count_are_told():
    said = " ".join(capabilities(streams(vibration=False), a_plate(speed_rpm=1720), 12.0))
    assert "1720 rpm" in said
    assert "rotor_bars is unknown" in said


def test_a_window_too_short_for_rated_load_is_told_with_what_would_do():
    said = list(capabilities(streams(), a_plate(rated_speed_rpm=1795), 5.0))
    assert any("too short" in sentence and "takes 9 s" in sentence for sentence in said)
    assert not any("too short" in sentence for sentence in capabilities(streams(), a_plate(), 5.0))

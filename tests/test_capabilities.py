import pytest

from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.capabilities import capabilities
from edge_agent.motor import Nameplate
from edge_agent.signals.circuit import fit_circuit


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


def test_without_a_speed_rotor_bars_tell_the_slip_and_the_current_from_its_load_on():
    currents = streams(vibration=False)
    by_slots = " ".join(capabilities(currents, a_plate(rotor_bars=34), 12.0))
    assert "slip comes from the slot lines of 34 rotor bars" in by_slots
    plate = a_plate()
    circuit = fit_circuit(plate)
    load = circuit.load_at_slip(circuit.slip_at_current(1.25 * circuit.no_load_current_rms_a))
    assert f"healthy where none stand out, nor below {load:.0%} of the rated torque" in " ".join(
        capabilities(currents, plate, 12.0)
    )

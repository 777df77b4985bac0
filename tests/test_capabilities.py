import pytest
from answers import SOUND, a_window, an_answer
from plates import a_nameplate

from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.capabilities import capabilities
from edge_agent.circuit import fit_circuit
from edge_agent.verdict import Reason


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
        ({"vibration": False}, "no vibration, no speed and no rotor_bars"),
        ({"speed": True}, "slip comes from the speed channel"),
        ({}, "separate clocks"),
    ],
)
def test_what_is_missing_is_named(channels, told):
    assert any(told in sentence for sentence in capabilities(streams(**channels), a_nameplate(), 12.0))


def test_a_current_of_no_phase_and_a_second_motor_are_said_to_be_ignored():
    names = {"ia": "a", "ib": "b", "ic": "c", "in": None, "m2_ia": "a"}
    channels = tuple(Channel(n, ChannelKind.CURRENT, "A", 1.0, phase=p) for n, p in names.items())
    said = list(capabilities((Stream(0, 10_000.0, channels),), a_nameplate(), 12.0))
    assert "ignored: in, m2_ia (no phase is stated, or another channel measures it already)" in said
    assert not any("missing" in sentence for sentence in said)


@pytest.mark.parametrize(
    ("phases", "told"),
    [
        (("a", "b", "c"), "voltages: power, power factor and energy are measured"),
        (("ab", "bc"), "voltages: power, power factor and energy are measured"),
        (("a", "bc"), "voltages: va, vbc give no power; that takes two of va, vb and vc"),
    ],
)
def test_what_voltages_add_is_said(phases, told):
    currents, *others = streams()
    voltages = tuple(Channel(f"v{p}", ChannelKind.VOLTAGE, "V", 1.0, phase=p) for p in phases)
    together = Stream(0, 10_000.0, currents.channels + voltages)
    assert told in " ".join(capabilities((together, *others), a_nameplate(), 12.0))
    apart = (currents, Stream(3, 10_000.0, voltages), *others)
    assert "in the stream of the currents" in " ".join(capabilities(apart, a_nameplate(), 12.0))


def test_a_complete_set_of_one_clock_has_nothing_missing():
    (three, vibration) = streams()
    one_clock = (Stream(0, 10_000.0, three.channels + vibration.channels),)
    said = " ".join(capabilities(one_clock, a_nameplate(rotor_bars=34), 12.0))
    assert "missing" not in said
    assert "separate" not in said
    assert "unknown" not in said


def test_a_known_speed_and_an_unknown_bar_count_are_told():
    said = " ".join(capabilities(streams(vibration=False), a_nameplate(speed_rpm=1720), 12.0))
    assert "1720 rpm" in said
    assert "rotor_bars is unknown" in said


def test_a_window_too_short_for_rated_load_is_told_with_what_would_do():
    said = list(capabilities(streams(), a_nameplate(rated_speed_rpm=1795), 5.0))
    assert any("too short" in sentence and "takes 9 s" in sentence for sentence in said)
    assert not any("too short" in sentence for sentence in capabilities(streams(), a_nameplate(), 5.0))


def test_without_a_speed_rotor_bars_tell_the_slip_and_the_current_from_its_load_on():
    currents = streams(vibration=False)
    by_slots = " ".join(capabilities(currents, a_nameplate(rotor_bars=34), 12.0))
    assert "slip comes from the slot lines of 34 rotor bars" in by_slots
    plate = a_nameplate()
    circuit = fit_circuit(plate)
    load = circuit.load_at_slip(circuit.slip_at_current(1.25 * circuit.no_load_current_rms_a))
    said = " ".join(capabilities(currents, plate, 12.0))
    assert "healthy if no broken bar can be hidden at any slip that the current allows" in said
    assert f"Below {load:.0%} of the rated torque the answer is speed_unknown" in said


NO_SIDEBANDS = {"lower": 0, "upper": 0}
SMALL_SIDEBANDS = {"lower": 1e-3, "upper": -1e-3}
IDLE_PEAK_A = 2**0.5 * fit_circuit(a_nameplate()).no_load_current_rms_a


@pytest.mark.parametrize(
    ("plate", "window", "reason"),
    [
        ({"speed_rpm": 1795}, {"slip": 5 / 1800}, Reason.LOAD_TOO_LOW),
        ({"speed_rpm": 1796}, {"slip": 4 / 1800}, Reason.LOAD_TOO_LOW),
        ({}, NO_SIDEBANDS, Reason.SPEED_UNKNOWN),
        ({"rotor_bars": 34}, NO_SIDEBANDS, Reason.SPEED_UNKNOWN),
        ({}, SMALL_SIDEBANDS | {"amplitude_a": 1.15 * IDLE_PEAK_A, "length_s": 12.0}, Reason.SPEED_UNKNOWN),
        ({}, SMALL_SIDEBANDS | {"amplitude_a": 1.2 * IDLE_PEAK_A, "slip": 0.02}, Reason.SPEED_UNKNOWN),
    ],
)
def test_windows_are_refused_for_the_reason_that_is_announced(plate, window, reason):
    nameplate = a_nameplate(**plate)
    refusal = an_answer(a_window(vibration=False, **window), SOUND, nameplate).verdict.refusal
    assert refusal is not None
    assert refusal.reason is reason

import re

import pytest
from answers import SOUND, a_window, an_answer
from plates import a_nameplate, plate_yaml

from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.capabilities import capabilities
from edge_agent.circuit import fit_circuit
from edge_agent.commands.check import summary
from edge_agent.config import load_settings
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
    assert f"healthy where no sidebands stand out, nor below {load:.0%} of the rated torque" in " ".join(
        capabilities(currents, plate, 12.0)
    )


CURRENT = "{name: ia, kind: current, phase: a, unit: A, scale: 1}"
SPEED = "{name: n, kind: speed, unit: rpm, scale: 1}"
VIBRATION = "{name: v, kind: vibration, unit: m/s2, scale: 1}"


def what_check_says(tmp_path, channels=(), length_s=12, **plate):
    """Give the lines about the load in `edge-agent check`."""
    file = tmp_path / "agent.yaml"
    file.write_text(
        f"motor: {plate_yaml(**plate)}\n"
        "acquisition: {port: x, driver: csv_lines, rate_hz: 2000}\nmqtt: {host: h}\n"
        f"window: {{length_s: {length_s}}}\n" + (f"channels: [{', '.join(channels)}]\n" if channels else "")
    )
    return [line for line in summary(load_settings(file)) if "%" in line and "torque" in line]


@pytest.mark.parametrize(
    ("channels", "plate"),
    [
        ((CURRENT, VIBRATION), {}),
        ((CURRENT, SPEED), {}),
        ((CURRENT,), {"rotor_bars": 34}),
        ((CURRENT,), {"speed_rpm": 1720}),
        ((), {"rotor_bars": 34}),
    ],
)
def test_check_says_one_load_where_something_tells_the_slip(tmp_path, channels, plate):
    (line,) = what_check_says(tmp_path, channels, **plate)
    assert line == (
        "window 12 s: a rotor can be judged from about 5 % of the rated torque on; below that the answer is "
        "load_too_low"
    )


@pytest.mark.parametrize("length_s", [1, 4, 12, 60])
@pytest.mark.parametrize("plate", [{}, {"rated_speed_rpm": 1770}, {"power_factor": 0.7}])
def test_where_only_the_current_tells_it_check_says_the_same_of_a_sound_rotor_twice(
    tmp_path, plate, length_s
):
    window, missing = what_check_says(tmp_path, (CURRENT,), length_s, **plate)
    assert "since only sidebands show the slip" in window
    broken, healthy = (int(share) for share in re.findall(r"(\d+) %", window))
    (by_current,) = (int(share) for share in re.findall(r"nor below (\d+)%", missing))
    assert broken <= healthy
    assert healthy == max(broken, by_current)


def test_check_leaves_open_what_a_device_that_describes_itself_will_have(tmp_path):
    (line,) = what_check_says(tmp_path)
    assert "if the DAQ has vibration or speed; below that" in line
    assert "Without vibration and speed, a rotor can be called healthy from" in line


def test_check_says_when_the_slip_is_what_is_missing(tmp_path):
    window, missing = what_check_says(tmp_path, (CURRENT,))
    assert window.endswith("below that the answer is speed_unknown or load_too_low")
    assert missing.endswith("the answer is speed_unknown")
    (undescribed,) = what_check_says(tmp_path)
    assert "below that the answer is load_too_low" in undescribed
    assert undescribed.endswith("below that the answer is speed_unknown unless broken bars show")


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

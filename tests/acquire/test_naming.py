"""Units of channels: converted where they can be, refused where they cannot."""

import numpy as np
import pytest

from edge_agent.acquire.naming import in_usual_unit, kind_of, phase_of, unit_of, unit_problem
from edge_agent.acquire.samples import Channel, ChannelKind


@pytest.mark.parametrize(
    ("kind", "unit", "usual", "factor"),
    [
        (ChannelKind.CURRENT, "A", "A", 1.0),
        (ChannelKind.CURRENT, "mA", "A", 1e-3),
        (ChannelKind.CURRENT, "kA", "A", 1e3),
        (ChannelKind.VIBRATION, "g", "m/s2", 9.80665),
        (ChannelKind.VIBRATION, "mg", "m/s2", 9.80665e-3),
        (ChannelKind.VIBRATION, "mm/s", "mm/s", 1.0),
        (ChannelKind.SPEED, "rpm", "rpm", 1.0),
        (ChannelKind.CURRENT, "", "A", 1.0),
    ],
)
def test_a_unit_that_is_known_becomes_the_usual_one(kind, unit, usual, factor):
    channel = in_usual_unit(Channel("x", kind, unit, -0.5, offset=7.0, full_scale=20.0))
    assert channel.unit == usual
    assert (channel.scale, channel.full_scale) == pytest.approx((-0.5 * factor, 20.0 * factor))
    assert channel.offset == 7.0
    assert in_usual_unit(channel) == channel


@pytest.mark.parametrize(
    ("kind", "unit"),
    [
        (ChannelKind.CURRENT, "V"),
        (ChannelKind.CURRENT, "mV"),
        (ChannelKind.CURRENT, "g"),
        (ChannelKind.CURRENT, "counts"),
        (ChannelKind.VIBRATION, "A"),
        (ChannelKind.VIBRATION, "V"),
        (ChannelKind.SPEED, "Hz"),
    ],
)
def test_a_unit_that_nobody_can_convert_is_refused_with_those_that_are_known(kind, unit):
    problem = unit_problem(kind, unit)
    assert problem.startswith(f"{unit!r} is not a unit of a {kind} here, expected ")
    with pytest.raises(ValueError, match="expected"):
        in_usual_unit(Channel("x", kind, unit, 1.0))


@pytest.mark.parametrize(
    ("dtype", "zero"), [(np.int16, 2048), (np.int32, 8_388_608), (np.int32, 2**31 - 1000)]
)
def test_counts_become_units_about_the_offset_whatever_their_width(dtype, zero):
    channel = Channel("ia", ChannelKind.CURRENT, "A", 0.01, offset=zero)
    counts = np.array([[zero - 50, zero, zero + 50]], dtype)
    np.testing.assert_allclose(channel.units(counts), [[-0.5, 0.0, 0.5]], rtol=1e-6)
    assert channel.units(counts).dtype == np.float32


@pytest.mark.parametrize(
    ("name", "phase"),
    [
        ("va", "a"),
        ("uc", "c"),
        ("vab", "ab"),
        ("uca", "ca"),
        ("v_line", None),
        ("vib_a", None),
        ("vba", None),
    ],
)
def test_the_name_of_a_voltage_says_its_phase(name: str, phase: str | None) -> None:
    assert phase_of(ChannelKind.VOLTAGE, name) == phase
    assert (kind_of("V", name) is ChannelKind.VOLTAGE) == (phase is not None)
    assert (unit_of(name) == "V") == (phase is not None)


def test_volts_of_a_sensor_of_current_are_no_voltage() -> None:
    assert kind_of("V", "ia") is None
    assert kind_of("kV", "vab") is ChannelKind.VOLTAGE
    assert unit_problem(ChannelKind.VOLTAGE, "mV", "probe") is None
    assert "not a unit of a current" in (unit_problem(ChannelKind.CURRENT, "V", "va") or "")

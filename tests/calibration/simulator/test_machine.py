"""The condensed machine against the tables of the ideal motor."""

import numpy as np
import pytest
from ideal_motor import a_cage, a_clean_voltage, a_load, a_run, closed_form_lower_dbc, rotor_of

from calibration.simulator.cage import condense
from calibration.simulator.load import CONSTANT, GENERATOR
from calibration.simulator.machine import Machine, preset_speed, rotor_table
from calibration.simulator.motors import DEFAULT_MOTOR, MOTORS


@pytest.mark.parametrize(("torque_nm", "low", "high"), [(4.18, 0.0474 * 0.99, 0.0474 * 1.01)])
def test_slip_at_the_rated_torque(torque_nm: float, low: float, high: float) -> None:
    """Validation: 4.18 N·m gives slip 0.0474 (1715 rpm)."""
    run = a_run(0, torque_nm / DEFAULT_MOTOR.circuit.rated_torque_nm, law=CONSTANT, duration_s=4.0)
    assert low < run.slip < high


def test_pole_pass_frequency_at_the_lightest_load() -> None:
    """Validation: 2sf = 0.72 to 0.76 Hz at the lightest load, where the published rig shows 0.71.

    That holds at 12.5 % on a DC generator (0.55 N·m at this speed); exactly 0.5 N·m, which the text
    names, gives 0.67 Hz, by the simulation as by the T circuit.
    """
    assert 0.71 < 2 * a_run(0, 0.125, duration_s=4.0).slip * 60.0 < 0.76
    half = 0.5 / DEFAULT_MOTOR.circuit.rated_torque_nm
    run = a_run(0, half, law=CONSTANT, duration_s=4.0)
    assert 2 * run.slip * 60.0 == pytest.approx(0.67, abs=0.01)
    assert run.slip == pytest.approx(DEFAULT_MOTOR.circuit.slip_at_load(half), rel=0.01)


@pytest.mark.parametrize(
    ("bars", "load", "lower", "upper"),
    [
        (1, 0.125, -53.2, -53.3), (1, 0.5, -42.5, -44.3), (1, 1.0, -36.5, -43.9),
        (2, 0.125, -46.4, -46.6), (2, 0.5, -35.4, -37.4), (2, 1.0, -28.9, -36.9),
        (3, 0.125, -42.5, -42.6), (3, 0.5, -31.0, -33.2), (3, 1.0, -24.0, -33.0),
        (4, 0.125, -39.9, -40.0), (4, 0.5, -27.8, -30.5), (4, 1.0, -20.3, -30.8),
    ],
)  # fmt: skip
def test_table_of_ideal_sidebands(bars: int, load: float, lower: float, upper: float) -> None:
    """Ideal motor, J_L = 3 J_m, load on a DC generator (the table's text does not name the law)."""
    run = a_run(bars, load)
    assert run.lower_dbc == pytest.approx(lower, abs=0.5)
    assert run.upper_dbc == pytest.approx(upper, abs=0.5)


@pytest.mark.parametrize(
    ("inertia_ratio", "full", "ripple_rpm", "half", "quarter"),
    [
        (0, (-41.4, -41.1), 2.6, (-43.8, -43.8), (-48.1, -48.2)),
        (1, (-39.8, -41.6), 2.5, (-43.7, -43.9), (-48.1, -48.2)),
        (3, (-36.5, -43.9), 1.9, (-42.5, -44.3), (-47.8, -48.3)),
        (10, (-34.4, -51.2), 0.8, (-38.9, -47.8), (-45.6, -49.4)),
        (30, (-34.1, -60.3), 0.3, (-37.5, -55.6), (-42.8, -54.3)),
    ],
)
def test_table_of_inertia(
    inertia_ratio: float,
    full: tuple[float, float],
    ripple_rpm: float,
    half: tuple[float, float],
    quarter: tuple[float, float],
) -> None:
    """One broken bar at 100, 50 and 25 % load: the lower sideband falls, the sum hardly changes."""
    for load, levels in ((1.0, full), (0.5, half), (0.25, quarter)):
        run = a_run(1, load, inertia_ratio=inertia_ratio, settle_s=3.0 + inertia_ratio / 10)
        assert (run.lower_dbc, run.upper_dbc) == pytest.approx(levels, abs=0.5)
        if load == 1.0:
            assert run.speed_ripple_rpm == pytest.approx(ripple_rpm, abs=0.1)


def test_the_sum_of_both_sidebands_hardly_depends_on_inertia() -> None:
    """Linear sum I_L + I_U moves by at most 2 dB where the lower alone moves by 7."""
    sums = [a_run(1, 1.0, inertia_ratio=ratio, settle_s=6.0).sum_dbc for ratio in (0, 1, 3, 10, 30)]
    assert max(sums) - min(sums) <= 2.1


@pytest.mark.parametrize(
    ("load", "bars", "closed_form", "tolerance"),
    [
        (1.0, 1, -34.0, 0.3), (1.0, 4, -18.4, 0.6), (0.5, 1, -37.2, 0.3),
        (0.5, 4, -22.4, 0.9), (0.125, 1, -46.9, 0.3), (0.125, 4, -32.9, 1.1),
    ],
)  # fmt: skip
def test_closed_form_at_infinite_inertia(
    load: float, bars: int, closed_form: float, tolerance: float
) -> None:
    """Closed forms, J_L = 1000 J_m.

    For one bar text, formula and simulation agree. For four the text gives -18.4 / -22.4 / -32.9 by the
    formula and -19.3 / -23.3 / -34.0 simulated; evaluated at the simulated slip the formula gives
    -18.9 / -23.1 / -33.9, and the simulation the same within 0.1 dB once it has run for forty seconds:
    after ten the slip is still on its way (time constant 7 s), and the level at full load is -19.4.
    """
    run = a_run(bars, load, inertia_ratio=1000.0, settle_s=40.0)
    assert run.axes is not None
    formula = closed_form_lower_dbc(DEFAULT_MOTOR, run.axes, run.slip)
    assert run.lower_dbc == pytest.approx(formula, abs=0.15)
    assert formula == pytest.approx(closed_form, abs=tolerance)


@pytest.mark.parametrize(
    ("load", "oscillating", "by_inertia"),
    [
        (0.125, 73, (163, 158, 150, 132)),
        (0.25, 62, (152, 143, 130, 114)),
        (0.5, 45, (132, 115, 101, 92)),
        (0.75, 32, (115, 93, 84, 78)),
        (1.0, 24, (99, 79, 73, 69)),
    ],
)
def test_table_of_ellipse_angles(load: float, oscillating: float, by_inertia: tuple[float, ...]) -> None:
    """Load oscillation at exactly 2sf, and two broken bars at J_L / J_m of 0.5, 3, 8 and 30.

    At 12.5 % load the angle of an oscillation depends on the load's law: 72 degrees on a DC generator, 74
    at constant torque.
    """
    run = a_run(0, load, oscillation=0.08)
    assert run.ellipse_angle_deg == pytest.approx(oscillating, abs=2.0)
    circuit, line_hz = DEFAULT_MOTOR.circuit, DEFAULT_MOTOR.circuit.frequency_hz
    (upper,), (lower,) = circuit.speed_swing(run.slip, np.array([2 * run.slip * line_hz]), line_hz)
    closed_form_deg = np.degrees(np.angle(upper * lower)) / 2 % 180
    assert closed_form_deg == pytest.approx(run.ellipse_angle_deg, abs=1.5)
    angles = [a_run(2, load, inertia_ratio=ratio).ellipse_angle_deg for ratio in (0.5, 3, 8, 30)]
    assert angles == pytest.approx(by_inertia, abs=1.5)


@pytest.mark.parametrize(
    ("load", "counts"),
    [(0.125, (0.80, 1.7, 3.3)), (0.25, (0.81, 1.7, 3.5)), (0.5, (0.84, 1.9, 4.0)), (1.0, (0.90, 2.1, 5.0))],
)
def test_table_of_the_load_compensated_severity(load: float, counts: tuple[float, ...]) -> None:
    """N (I_L + I_U) / (I G) of 1, 2 and 4 bars, mean over J_L / J_m of 0.5, 3 and 8."""
    for bars, count in zip((1, 2, 4), counts, strict=True):
        found = []
        for ratio in (0.5, 3, 8):
            run = a_run(bars, load, inertia_ratio=ratio)
            gain = DEFAULT_MOTOR.circuit.sideband_gain(run.slip)
            found.append(34 * 10 ** (run.sum_dbc / 20) / gain)
        assert np.mean(found) == pytest.approx(count, rel=0.03)


@pytest.mark.parametrize(
    ("number", "pole_pass_hz", "full", "quarter"),
    [
        (0, 5.84, (-36.5, -43.9), (-47.8, -48.3)),
        (1, 7.20, (-36.3, -42.1), (-47.8, -48.1)),
        (2, 3.79, (-36.7, -38.0), (-43.9, -44.0)),
        (3, 4.44, (-42.4, -43.9), (-50.3, -50.4)),
        (4, 4.16, (-38.5, -38.5), (-45.3, -45.3)),
        (5, 4.17, (-40.6, -39.6), (-47.4, -47.4)),
        (6, 2.66, (-38.8, -37.5), (-44.0, -44.0)),
        (7, 2.39, (-38.8, -38.7), (-43.8, -43.7)),
        (8, 2.16, (-42.9, -41.0), (-47.2, -47.2)),
        (9, 2.34, (-43.7, -41.5), (-48.4, -48.4)),
    ],
)
def test_table_of_ten_motors(
    number: int, pole_pass_hz: float, full: tuple[float, float], quarter: tuple[float, float]
) -> None:
    """One broken bar at 100 and 25 % load.

    The text's fits of the three largest run 8 % below the slips of their own plates; here every motor
    gives its rated power at its rated slip.
    """
    motor = MOTORS[number]
    for load, levels in ((1.0, full), (0.25, quarter)):
        run = a_run(1, load, motor=motor)
        assert (run.lower_dbc, run.upper_dbc) == pytest.approx(levels, abs=0.8)
        if load == 1.0:
            assert 2 * run.slip * motor.circuit.frequency_hz == pytest.approx(pole_pass_hz, rel=0.1)


def test_smaller_steps_change_nothing() -> None:
    """Steps of 100, 50 and 20 µs give the same sidebands to 0.01 dB and slips to 1e-6."""
    runs = [a_run(2, 1.0, duration_s=6.0, step_s=step) for step in (100e-6, 50e-6, 20e-6)]
    assert np.ptp([run.lower_dbc for run in runs]) < 0.02
    assert np.ptp([run.upper_dbc for run in runs]) < 0.02
    assert np.ptp([run.slip for run in runs]) < 1e-6


def test_an_ideal_rotor_has_no_sidebands() -> None:
    """Pitfall: without casting tolerance a healthy motor is cleaner than any real one."""
    assert a_run(0, 1.0).lower_dbc < -110


@pytest.mark.parametrize(("saturation", "rise"), [(0.09, 0.03), (0.6, 0.125)])
def test_saturation_raises_the_no_load_current(saturation: float, rise: float) -> None:
    """The text's + 3 % belongs to A = 0.09 when L_m holds at the flux of rated load; A = 0.6 adds 12 %."""

    def no_load_current(saturation: float) -> float:
        motor = DEFAULT_MOTOR
        axes = condense(a_cage(34), rotor_of(motor), 60.0, 0.002)
        machine = Machine(motor, 3.0, 50e-6, saturation=saturation)
        preset_speed(machine.state, motor.circuit.synchronous_rad_s)
        output = machine.advance(
            a_clean_voltage(motor, 40_000),
            2 * np.pi * 60,
            np.ones(80_001),
            rotor_table(np.array([0.002]), [axes]),
            a_load(motor, 0.0, GENERATOR),
        )
        return float(np.abs(output.fields[0, -2000:]).mean())

    assert no_load_current(saturation) / no_load_current(0.0) - 1 == pytest.approx(rise, rel=0.2)

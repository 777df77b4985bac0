"""All that recordings and readings say together, on drawn motors and on plain currents."""

from dataclasses import replace

import numpy as np
import pytest
from installations import KINDS, Installation, Wiring, a_wrong_wiring, an_installation
from plates import PLATE
from three_currents import a_recording

from calibration.sensors.findings import Problem
from calibration.sensors.readings import CalibrationError, Load, Readings
from calibration.sensors.survey import Survey, survey
from calibration.sensors.words import told

READ_A = {"ia": 2.5, "ib": 2.5, "ic": 2.5}


def of(installation: Installation) -> Survey:
    return survey(installation.loads, (), installation.readings, installation.nameplate)


def found(made: Survey) -> set[tuple[Problem, str]]:
    return {(finding.problem, name) for finding in made.findings for name in finding.channels or ("?",)}


def assert_fitted(made: Survey, installation: Installation) -> None:
    """Gains within 0.5 %, offsets within 0.1 % of full scale."""
    assert len(made.corrections) == 3
    for correction in made.corrections:
        name = correction.before.name
        assert correction.fitted
        assert correction.scale == pytest.approx(installation.scales[name], rel=0.005)
        assert abs(correction.offset - installation.offsets[name]) < 0.001 * installation.full_counts


@pytest.mark.parametrize("seed", range(8_200_000, 8_200_008))
def test_miswirings_are_found_and_named(seed: int) -> None:
    """Eight of the motors of tests/bench/bench_sensors.py, which makes hundreds."""
    wiring = a_wrong_wiring(np.random.default_rng(seed), KINDS[seed % len(KINDS)])
    installation = an_installation(seed, wiring, without="ab", duration_s=3.0)
    made = of(installation)
    assert found(made) == wiring.faults
    assert_fitted(made, installation)
    assert {c.before.name: c.phase for c in made.corrections} == dict(
        zip(("ia", "ib", "ic"), wiring.conductors, strict=True)
    )


@pytest.mark.parametrize("seed", range(8_200_010, 8_200_014))
def test_right_wirings_are_not_accused(seed: int) -> None:
    installation = an_installation(seed, Wiring(), loads=2, duration_s=3.0)
    made = of(installation)
    assert made.findings == ()
    assert_fitted(made, installation)
    unread = replace(installation, loads=[replace(load, read_a={}) for load in installation.loads])
    assert of(unread).findings == ()


def test_an_exchange_that_cannot_be_named_leaves_the_gains_alone() -> None:
    load = Load(a_recording(on="bac", scale=(0.0021, 0.002, 0.002)), READ_A)
    made = survey([load], (), Readings(rotation="abc"), PLATE)
    assert found(made) == {(Problem.SWAPPED, "?")}
    assert not any(correction.fitted for correction in made.corrections)
    assert any("which sensor is on it" in sentence for sentence in made.unknown)


def test_what_was_not_given_is_said_to_be_unknown() -> None:
    made = survey([Load(a_recording())], (), Readings(), PLATE)
    assert made.findings == ()
    text = "\n".join(told(made))
    assert "not known: the gain of ia, ib, ic: read a meter" in text
    assert "not known: whether two sensors are exchanged: their order is abc" in text
    assert "not known: whether all sensors are the wrong way round" in text
    assert "gain not fitted" in text
    assert text.endswith("nothing is wrong, as far as it can be known from what was given")


def test_a_channel_without_a_line_and_one_at_its_end_are_named() -> None:
    made = survey([Load(a_recording(on="a-c"))], (), Readings(), PLATE)
    assert found(made) == {(Problem.SILENT, "ib")}
    made = survey([Load(a_recording(full_scale=3.5))], (), Readings(), PLATE)
    assert {problem for problem, _ in found(made)} == {Problem.CLIPPED}


def test_readings_without_a_channel_and_recordings_at_rest_are_refused() -> None:
    with pytest.raises(CalibrationError, match="no phase current id; expected ia, ib, ic"):
        survey([Load(a_recording(), {"id": 2.0})], (), Readings(), PLATE)
    with pytest.raises(CalibrationError, match="the motor must run"):
        survey([Load(a_recording(on="---"))], (), Readings(), PLATE)


def test_a_reversed_sensor_gets_a_negative_scale_and_keeps_its_full_scale() -> None:
    load = Load(a_recording(signs=(1.0, -1.0, 1.0), scale=(0.02, 0.002, 0.002), full_scale=40.0), READ_A)
    first, second, _ = survey([load], (), Readings(rotation="abc"), PLATE).corrections
    assert second.scale == pytest.approx(-0.002, rel=1e-3)
    assert second.needs_no_rewiring
    assert first.full_scale == pytest.approx(4.0, rel=1e-3)
    assert not first.needs_no_rewiring

"""The line between current and slip: through looks at two loads, and none without them."""

import pytest
from taught import CIRCUIT, NAMEPLATE, PLATE, current_at

from edge_agent.learned.slope import fit_line, fits_plate
from edge_agent.limits import LEARNED

SLIPS = [0.015, 0.016, 0.04, 0.041]


def test_the_line_is_that_of_the_motor() -> None:
    line = fit_line([current_at(slip) for slip in SLIPS], SLIPS)
    assert line is not None
    assert line.no_load_a == pytest.approx(PLATE.no_load_a, rel=0.01)
    assert line.slip(PLATE.rated_a) == pytest.approx(PLATE.rated_slip, rel=0.01)
    assert line.error == LEARNED.current_error


def test_looks_at_the_least_spread_give_a_line_of_a_motor_or_none() -> None:
    slips = [0.02, 0.02, LEARNED.min_spread * 0.02, LEARNED.min_spread * 0.02]
    line = fit_line([current_at(slip) for slip in slips], slips)
    assert line is None or line.slip(PLATE.rated_a) == pytest.approx(PLATE.rated_slip, rel=0.05)


def test_one_load_or_few_looks_give_no_line() -> None:
    assert fit_line([current_at(0.04)] * 6, [0.04] * 6) is None
    assert fit_line([current_at(slip) for slip in SLIPS[1:]], SLIPS[1:]) is None


def test_a_single_look_at_another_slip_makes_no_line_and_moves_none() -> None:
    """A pendulum's pair was taken for the slip of one look, and a right plate was accused."""
    load = [0.015, 0.0151, 0.0152, 0.0149]
    at_load = [current_at(slip) for slip in load]
    assert fit_line([*at_load, current_at(0.027)], [*load, 0.047]) is None
    line = fit_line([current_at(slip) for slip in [*SLIPS, 0.027]], [*SLIPS, 0.047])
    assert line is not None
    assert line.slip(PLATE.rated_a) == pytest.approx(PLATE.rated_slip, rel=0.1)


def test_a_current_that_falls_with_the_slip_is_none_of_a_motor() -> None:
    assert fit_line([3.0, 3.0, 2.5, 2.5], SLIPS) is None


def test_looks_that_scatter_widen_the_line() -> None:
    currents_a = [
        current_at(slip) * factor for slip, factor in zip(SLIPS, (0.95, 1.05, 0.95, 1.05), strict=True)
    ]
    line = fit_line(currents_a, SLIPS)
    assert line is not None
    assert line.error == pytest.approx(0.05, rel=0.2)


@pytest.mark.parametrize(("times", "fits"), [(1.0, True), (1.5, True), (0.4, False), (2.5, False)])
def test_a_line_fits_the_plate_of_its_motor_alone(times: float, fits: bool) -> None:
    line = fit_line([current_at(slip) for slip in SLIPS], [times * slip for slip in SLIPS])
    assert line is not None
    no_load_a = CIRCUIT.no_load_current_rms_a
    assert fits_plate(line, no_load_a, NAMEPLATE.rated_current_a, NAMEPLATE.rated_slip) == fits

"""The models that take part in a comparison."""

from calibration.learning.judging.candidates import ENTRANTS, USUAL


def test_the_wide_networks_take_part_only_when_they_are_named():
    assert set(ENTRANTS) - set(USUAL) == {"concatenation-x1.0", "attention-x1.0"}

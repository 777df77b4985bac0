import numpy as np
import pytest

from calibration.learning.conditions.folds import folds

MOTORS = np.repeat(np.arange(30), 6)


def test_no_motor_is_in_two_parts_of_a_fold_and_each_is_judged_once() -> None:
    found = folds(MOTORS, 3, seed=1)
    for fold in found:
        parts = [set(MOTORS[rows]) for rows in (fold.train, fold.validation, fold.test)]
        assert all(parts)
        assert sum(map(len, parts)) == len(set.union(*parts)) == 30
    assert sorted(np.concatenate([fold.test for fold in found])) == list(range(MOTORS.size))


def test_equal_seeds_give_equal_folds() -> None:
    first, again, other = (folds(MOTORS, 3, seed)[0].test for seed in (1, 1, 2))
    np.testing.assert_array_equal(first, again)
    assert set(first) != set(other)


@pytest.mark.parametrize("count", [1, 11])
def test_too_many_or_too_few_folds_are_refused(count) -> None:
    with pytest.raises(ValueError, match="30 motors give 2 to 10 folds"):
        folds(MOTORS, count, seed=1)

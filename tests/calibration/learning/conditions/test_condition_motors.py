import numpy as np
import pytest

from calibration.learning.conditions.examples import Examples, Task, make_shard, table
from calibration.learning.conditions.heads import HEADS, present
from calibration.learning.conditions.motors import Bench
from calibration.learning.conditions.tokens import GROUPS

NUMBER = 2_500_003


@pytest.fixture(scope="module")
def windows():
    return list(Bench(NUMBER).examples())


def test_a_motor_gives_a_sound_window_one_of_an_uneven_load_and_mixtures(windows) -> None:
    assert [bool(own.sizes) for own in windows] == [False, False, True, True, True, True]
    assert [own.disturbed for own in windows] == [False, True, False, False, False, False]
    assert len({own.length_s for own in windows}) == 1
    assert 2.0 <= windows[0].length_s <= 6.0


def test_the_truth_of_a_window_is_what_was_put_into_it(windows) -> None:
    for own in windows:
        np.testing.assert_array_equal(own.truth, present(own.sizes))
        assert own.truth.any() == bool(own.sizes)


def test_the_indicators_judge_the_same_windows(windows) -> None:
    """They name none on the sound windows of this motor, and something in its mixtures."""
    named = np.stack([own.named for own in windows])
    assert not named[:2].any()
    assert named[2:].any()
    assert named.shape == (6, len(HEADS))


def test_equal_numbers_give_equal_windows(windows) -> None:
    again = next(Bench(NUMBER).examples())
    for name, own in windows[0].tokens.items():
        np.testing.assert_array_equal(own, again.tokens[name])


def test_a_shard_holds_all_windows_and_is_not_made_again(windows, tmp_path, monkeypatch) -> None:
    task = Task(tmp_path / "shard.npz", (NUMBER,))
    table(windows).save(task.path)
    monkeypatch.setattr("calibration.learning.conditions.examples.Bench", None)
    made = Examples.load(make_shard(task))
    assert made.motor.tolist() == [NUMBER] * 6
    for name in GROUPS:
        assert made.there[name].tolist() == [name in own.tokens for own in windows]
        np.testing.assert_array_equal(made.tokens[name][0], windows[0].tokens[name])


def test_a_shard_of_other_motors_is_made_anew(windows, tmp_path, monkeypatch) -> None:
    class Known:
        def __init__(self, number: int) -> None:
            assert number == NUMBER + 1

        def examples(self):
            return windows[:1]

    task = Task(tmp_path / "shard.npz", (NUMBER + 1,))
    table(windows).save(task.path)
    monkeypatch.setattr("calibration.learning.conditions.examples.Bench", Known)
    assert len(Examples.load(make_shard(task))) == 1

"""Outcomes of trials, pooled into the rows of a table."""

import numpy as np
import pytest
from small_dataset import an_entry, some_examples

from calibration.learning.judging.comparison import (
    Outcome,
    Trial,
    answer,
    row,
    table,
    table_int8,
    table_without,
)
from calibration.learning.training.probability import wilson_interval


def a_trial(right: list[int], seed: int = 1, fold: str = "a", model: str = "svm", **changes) -> Trial:
    """A trial on sound motors, each judged once: `right` says 1 where it was called sound, 0 for one bar."""
    outcomes = tuple(Outcome(f"{fold}-{i}", 0, not r, 1 - r) for i, r in enumerate(right))
    settings = {"parameters": 10, "macs": 20, "training_s": 1.0, "testing_ms": 0.5, "outcomes_without": {}}
    return Trial(model=model, fold=fold, seed=seed, outcomes=outcomes, **(settings | changes))


def test_one_verdict_per_recording_is_that_of_its_longest_window():
    entries = [an_entry(0, 0, 0), an_entry(1, 1, 2), an_entry(2, 2, 1, trainable=False)]
    examples = some_examples(entries)
    probabilities = np.tile(np.eye(5)[1], (len(examples), 1))
    probabilities[3] = np.eye(5)[0]
    probabilities[7] = np.eye(5)[2]
    assert answer("by_recording", probabilities, examples, entries) == (
        Outcome("motor-0", 0, False, 0),
        Outcome("motor-1", 2, True, 2),
    )
    assert len(answer("random_window", probabilities, examples, entries)) == 8


def test_folds_are_pooled_and_seeds_averaged():
    trials = [
        a_trial([1, 1, 1, 0], seed=1, fold="a"),
        a_trial([1, 1], seed=1, fold="b"),
        a_trial([1, 0, 0, 0], seed=2, fold="a"),
        a_trial([1, 1], seed=2, fold="b", training_s=5.0),
    ]
    found = row(trials)
    assert (found.judged, found.motors, found.seeds) == (6, 6, 2)
    assert (found.exact.lowest, found.exact.highest) == pytest.approx((3 / 6, 5 / 6))
    assert found.exact.mean == pytest.approx(4 / 6)
    assert found.exact.interval == wilson_interval(4, 6), "over recordings: more seeds do not narrow it"
    assert found.within_one.mean == 1.0
    assert found.training_s == 2.0
    assert "66.7 % (30.0-90.3; seeds 50.0-83.3)" in table([found])


def test_dead_modalities_stand_beside_the_other_one_alone():
    dead = {"current": a_trial([0, 0]).outcomes, "vibration": a_trial([1, 0]).outcomes}
    rows = [
        row([a_trial([1, 1], model="attention", outcomes_without=dead)]),
        row([a_trial([1, 0], model="current")]),
    ]
    lines = table_without(rows).splitlines()[2:]
    assert [line.split(" % ")[0] for line in lines] == [
        "| attention, current dead | 0.0",
        "| attention, vibration dead | 50.0",
        "| current alone | 50.0",
    ]
    assert table_without(rows[1:]) == ""


def test_what_int8_changes_is_counted_by_answer_and_by_fold():
    flipped = a_trial([1, 1, 1, 0]).outcomes
    trials = [
        a_trial([1, 1, 1, 1], fold="a", outcomes_int8=flipped),
        a_trial([0, 1], fold="b", outcomes_int8=a_trial([1, 1], fold="b").outcomes),
    ]
    found = row(trials)
    assert found.int8.flipped == pytest.approx(2 / 6)
    assert found.int8.exact.mean == pytest.approx(5 / 6)
    assert found.int8.exact_by_fold == {"a": 0.75, "b": 1.0}
    assert "| svm | 75.0 % | 100.0 % | 87.5 % |" in table_int8([found])
    assert table_int8([row([a_trial([1, 1])])]) == ""


def test_a_trial_survives_its_file(tmp_path):
    trial = a_trial([1, 0], outcomes_without={"current": a_trial([0, 0]).outcomes})
    trial.save(tmp_path / "trial.json")
    assert Trial.load(tmp_path / "trial.json") == trial

"""Judgements of recordings, and the figures that count them."""

from dataclasses import replace

import numpy as np
import pytest
from judgements import JUDGEMENTS, a_judgement
from small_dataset import an_entry, some_examples

from calibration.learning.judging.assessment import against_float, figures, judge, verdict_confidence
from calibration.learning.training.probability import expected_calibration_error


def test_a_recording_is_judged_by_its_longest_window():
    entries = [an_entry(0, 0, 0), an_entry(1, 1, 3)]
    examples = some_examples(entries)
    probabilities = np.tile(np.array([0.1, 0.8, 0.1, 0.0, 0.0]), (8, 1))
    probabilities[3] = [0.9, 0.1, 0, 0, 0]
    probabilities[7] = [0.0, 0.0, 0.2, 0.5, 0.3]
    judgements = judge(probabilities, examples, entries, threshold=0.5)
    assert [j.estimate for j in judgements] == [0, 3]
    values = {figure.name: figure.value for figure in figures(judgements, "test")}
    assert values["exact_count"] == values["healthy_against_broken"] == 1.0
    assert expected_calibration_error(*verdict_confidence(judgements)) == pytest.approx(0.05)


def test_recordings_between_two_classes_count_apart():
    entries = [an_entry(0, 0, 0), replace(an_entry(1, 1, 0, trainable=False), equivalent_bars=0.45)]
    examples = some_examples(entries)
    probabilities = np.tile(np.array([0.2, 0.8, 0.0, 0.0, 0.0]), (8, 1))
    probabilities[:4] = [1.0, 0, 0, 0, 0]
    found = {f.name: f for f in figures(judge(probabilities, examples, entries, 0.5), "test")}
    assert found["sound_called_broken"].recordings == 1
    assert found["between_classes_called_broken"].value == 1.0


def test_figures_count_what_they_name():
    values = {f.name: (f.value, f.recordings) for f in figures(JUDGEMENTS, "by_recording")}
    assert values["healthy_against_broken"] == (3 / 5, 5)
    assert values["healthy_against_broken.load_25"] == (1.0, 3)
    assert values["exact_count.load_25"] == (2 / 3, 3)
    assert values["within_one_bar.load_25"] == (1.0, 3)
    assert values["sound_called_two_or_more"] == (1 / 2, 2)
    assert values["sound_called_two_or_more.load_25"] == (0.0, 1)
    assert values["sound_called_broken.load_oscillation"] == (1.0, 1)
    assert "between_classes_called_broken" not in values


def test_what_int8_changes_is_counted_recording_by_recording():
    floats = [a_judgement(0, 0), a_judgement(1, 1), a_judgement(2, 2), a_judgement(3, 2)]
    integers = [a_judgement(0, 1), a_judgement(1, 1), a_judgement(2, 3), a_judgement(3, 3)]
    found = {f.name: f for f in against_float(integers, floats, "by_recording")}
    assert found["int8_flips_verdict"].value == 1 / 4
    assert found["int8_loses.healthy_against_broken"].value == 1 / 4
    assert found["int8_loses.exact_count"].value == pytest.approx((2 - 1) / 4)
    low, high = found["int8_loses.exact_count"].interval
    assert low < 0 < high


def test_no_change_on_few_recordings_is_no_proof():
    low, high = against_float(JUDGEMENTS, JUDGEMENTS, "by_recording")[1].interval
    assert low < -0.1 < 0.1 < high


def test_every_shuffled_window_is_judged_but_only_the_longest_of_a_recording():
    entries = [an_entry(0, 0, 0), an_entry(1, 1, 3)]
    examples = some_examples(entries)
    probabilities = np.tile([0.1, 0.8, 0.1, 0, 0], (8, 1))
    assert len(judge(probabilities, examples, entries, 0.5, "random_window")) == 8
    strange = np.arange(8) == 7
    judged = judge(probabilities, examples, entries, 0.5, "by_recording", strange)
    assert [j.out_of_domain for j in judged] == [False, True]

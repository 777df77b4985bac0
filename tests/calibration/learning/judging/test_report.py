import json
from dataclasses import replace

import numpy as np
import pytest
from small_dataset import an_entry, some_examples

from calibration.learning.data.examples import DatasetManifest
from calibration.learning.data.protocols import PROTOCOLS
from calibration.learning.judging.assessment import Judgement, against_float, figures, judge
from calibration.learning.judging.pictures import draw_pictures
from calibration.learning.judging.report import MEANING, Report
from calibration.learning.training.probability import (
    expected_calibration_error,
    reliability,
    selective_accuracy,
)
from edge_agent.diagnose.model import Model

SHA256 = "ab" * 32


def a_judgement(label: int, named: int, load: float = 0.75, **changes) -> Judgement:
    """A recording with so many bars, of which the model names that many with 80 % certainty."""
    probabilities = np.full(5, 0.05)
    probabilities[named] = 0.8
    entry = replace(an_entry(label, label, label), load=load, **changes)
    return Judgement(entry, probabilities, called_broken=named > 0)


def a_report(judgements: list[Judgement], protocol="leave_one_motor_out", sha256=SHA256) -> Report:
    dataset = DatasetManifest("edge-calibrate dataset --seed 7", 7, {}, (), {}, (), ())
    found = figures(judgements, protocol)
    return Report.of(Model.load("builtin"), dataset, sha256, protocol, protocol, judgements, found)


JUDGEMENTS = [
    a_judgement(0, 0),
    a_judgement(0, 2, load=0.1, conditions=("load_oscillation",)),
    a_judgement(1, 1, load=0.3),
    a_judgement(3, 4, load=0.9),
    a_judgement(4, 0, load=0.1),
]


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


def test_report_shows_where_the_model_errs():
    report = a_report(JUDGEMENTS)
    assert report.confusion[0] == (1, 0, 1, 0, 0)
    assert report.confusion[4] == (1, 0, 0, 0, 0)
    assert [p.count for p in report.by_load["exact_count"]] == [2, 1, 2]
    assert report.by_load["exact_count"][0].share == 0.0
    assert sum(p.count for p in report.reliability) == 5
    assert report.selective[-1].x == 1.0


def test_report_says_what_its_protocol_is_worth():
    assert set(MEANING) == set(PROTOCOLS)
    shuffled = a_report(JUDGEMENTS, "random_window").to_markdown([])
    assert "leaks" in shuffled
    assert "| windows | motors |" in shuffled
    assert "recordings" not in shuffled.partition("Broken or not, right")[2]
    assert "leaks" not in a_report(JUDGEMENTS).to_markdown([])


def test_report_warns_when_the_model_learned_from_what_it_is_judged_on():
    known = Model.load("builtin").spec.training.dataset_sha256
    assert "fitted to another part" in a_report(JUDGEMENTS, "by_recording", known).to_markdown([])
    assert a_report(JUDGEMENTS, "leave_one_motor_out", known).caution == ""
    assert "another data set" in a_report(JUDGEMENTS).caution


def test_report_warns_of_weights_that_the_model_started_from_beside_all_else():
    model = Model.load("builtin")
    model.spec = replace(model.spec, training=replace(model.spec.training, init="build/other_run"))
    dataset = DatasetManifest("edge-calibrate dataset --seed 7", 7, {}, (), {}, (), ())
    report = Report.of(model, dataset, SHA256, "x", "leave_one_motor_out", JUDGEMENTS, [])
    assert "started from the weights of build/other_run" in report.to_markdown([])
    assert "another data set" in report.caution


def test_report_tells_the_curves_in_numbers():
    text = a_report(JUDGEMENTS).to_markdown([])
    assert "| load | 0.10 | 0.0 % | 0.0-65.8 % | 2 |" in text
    assert "| coverage | 1.00 | 60.0 % |" in text


def test_nothing_is_reported_of_recordings_that_belong_to_no_class():
    with pytest.raises(ValueError, match="no judged recording clearly belongs to a class"):
        a_report([a_judgement(0, 0, trainable=False)])


def test_pictures_are_drawn_and_named_in_the_report(tmp_path):
    report = a_report(JUDGEMENTS)
    names = draw_pictures(report, tmp_path)
    assert all((tmp_path / name).read_bytes().startswith(b"\x89PNG") for name in names)
    assert all(f"]({name})" in report.to_markdown(names) for name in names)


def test_json_holds_every_curve():
    content = json.loads(a_report(JUDGEMENTS).to_json())
    assert {"figures", "confusion", "by_load", "reliability", "selective"} <= set(content)


def test_reliability_of_a_model_that_is_too_sure():
    confidence = np.array([0.95] * 10 + [0.65] * 10)
    correct = np.array([True] * 8 + [False] * 2 + [True] * 6 + [False] * 4)
    low, high = reliability(confidence, correct)
    assert (low.x, low.share, low.count) == (pytest.approx(0.65), 0.6, 10)
    assert high.interval[0] < 0.8 < high.interval[1]
    assert expected_calibration_error(confidence, correct) == pytest.approx((0.15 + 0.05) / 2)


def test_answering_less_is_answering_better_when_confidence_means_something():
    confidence = np.linspace(1.0, 0.5, 100)
    points = selective_accuracy(confidence, confidence > 0.75)
    assert [p.share for p in points if p.x <= 0.5] == [1.0] * 10
    assert (points[-1].x, points[-1].share) == (1.0, 0.5)

import json
from dataclasses import replace

import pytest
from judgements import JUDGEMENTS, a_judgement

from calibration.learning.data.examples import DatasetManifest
from calibration.learning.data.protocols import PROTOCOLS
from calibration.learning.judging.assessment import Judgement, figures
from calibration.learning.judging.pictures import draw_pictures
from calibration.learning.judging.report import MEANING, Report
from edge_agent.diagnose.model import Model

SHA256 = "ab" * 32


def a_report(judgements: list[Judgement], protocol="leave_one_motor_out", sha256=SHA256) -> Report:
    dataset = DatasetManifest("edge-calibrate dataset --seed 7", 7, {}, (), {}, (), ())
    found = figures(judgements, protocol)
    return Report.of(Model.load("builtin"), dataset, sha256, protocol, protocol, judgements, found)


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

"""Metrics of the motor say what is known, and nothing else."""

from dataclasses import replace

from said import ALARM, BROKEN, DOCUMENTS, EVIDENCE, MOTOR_OFF, ORIGIN, a_pulse

from edge_agent.publish.documents import Alarm, Diagnosis, State
from edge_agent.web.newest import Newest
from edge_agent.web.of_motor import metrics_of_motor

Values = dict[tuple[str, ...], float]


def values(newest: Newest) -> Values:
    """Return the metrics by name and labels but the motor's, which must be there."""
    found: Values = {}
    for family in metrics_of_motor(newest):
        for sample in family.samples:
            assert sample.labels["motor"] == "motor-1"
            labels = (value for name, value in sample.labels.items() if name != "motor")
            found[sample.name.removeprefix("edge_agent_motor_"), *labels] = sample.value
    return found


def everything() -> Newest:
    newest = Newest()
    for document in DOCUMENTS:
        newest.take(document)
    newest.feel(a_pulse())
    return newest


def test_nothing_is_said_of_a_motor_of_which_nothing_is_known() -> None:
    assert values(Newest()) == {}


def test_each_figure_has_its_value() -> None:
    found = values(everything())
    expected = {
        ("equivalent_bars",): 2.1,
        ("detection_limit_bars",): 0.011,
        ("confidence_ratio",): 0.998,
        ("load_ratio",): 0.81,
        ("slip_ratio",): 0.0371,
        ("line_frequency_hertz",): 59.98,
        ("current_unbalance_ratio",): 0.02,
        ("speed_rpm",): 1733.2,
        ("last_verdict_timestamp_seconds",): 1063.0,
        ("alarm_active",): 1.0,
        ("sideband_level_dbc", "lower"): -31.7,
        ("sideband_level_dbc", "upper"): -36.4,
        ("info", "0.75", "2.98", "1715", "60", "4"): 1.0,
    }
    assert {key: found[key] for key in expected} == expected


def test_what_voltages_tell_comes_with_them_and_energy_stays_when_samples_do_not() -> None:
    newest = everything()
    before = values(newest)
    assert newest.measurements is not None
    figures = replace(
        newest.measurements.figures, voltage_v={"ab": 401.0, "bc": 399.0}, power_kw=3.2, power_factor=0.84
    )
    running = replace(newest.measurements.running, energy_kwh=12.5)
    newest.take(replace(newest.measurements, figures=figures, running=running))
    found = values(newest)
    assert {key: found[key] for key in found.keys() - before.keys()} == {
        ("voltage_volts", "ab"): 401.0,
        ("voltage_volts", "bc"): 399.0,
        ("power_watts",): 3200.0,
        ("power_factor_ratio",): 0.84,
        ("energy_joules_total",): 45e6,
    }


def test_one_state_and_one_severity_is_1_and_the_others_are_0() -> None:
    found = values(everything())
    assert {key for key, value in found.items() if key[0] == "state" and value} == {("state", "broken_bars")}
    assert {key for key, value in found.items() if key[0] == "severity" and value} == {("severity", "alarm")}
    assert sum(key[0] == "state" for key in found) == 3
    assert sum(key[0] == "severity" for key in found) == 4


def test_without_an_answer_no_severity_is_1() -> None:
    newest = everything()
    newest.take(State(ORIGIN, MOTOR_OFF, 2000.0))
    found = values(newest)
    assert found["state", "indeterminate"] == 1.0
    assert [value for key, value in found.items() if key[0] == "severity"] == [0.0] * 4


def test_what_a_window_does_not_show_is_absent() -> None:
    newest = everything()
    newest.take(Diagnosis(ORIGIN, MOTOR_OFF, 2000.0))
    found = values(newest)
    assert not found.keys() & {("equivalent_bars",), ("load_ratio",), ("confidence_ratio",)}
    assert not any(key[0] == "sideband_level_dbc" for key in found)
    assert found["last_verdict_timestamp_seconds",] == 2000.0


def test_one_sideband_alone_is_said_alone() -> None:
    newest = everything()
    verdict = replace(BROKEN, evidence=replace(EVIDENCE, upper_sideband_dbc=None))
    newest.take(Diagnosis(ORIGIN, verdict, 2000.0))
    found = values(newest)
    assert ("sideband_level_dbc", "lower") in found
    assert ("sideband_level_dbc", "upper") not in found


def test_figures_of_the_last_window_end_with_the_samples_and_the_state_stays() -> None:
    now_s = 0.0
    newest = Newest(lambda: now_s)
    for document in DOCUMENTS:
        newest.take(document)
    newest.feel(a_pulse())
    now_s = 11.0
    found = values(newest)
    assert not found.keys() & {("equivalent_bars",), ("load_ratio",), ("speed_rpm",)}
    assert found["state", "broken_bars"] == found["alarm_active",] == 1.0
    assert found["last_verdict_timestamp_seconds",] == 1063.0


def test_an_alarm_that_was_cleared_or_never_raised_is_0() -> None:
    newest = everything()
    newest.take(Alarm(ORIGIN, replace(ALARM, cleared_unix_s=1500.0), 2000.0))
    assert values(newest)["alarm_active",] == 0.0
    newest.take(Alarm(ORIGIN, None, 2000.0))
    assert values(newest)["alarm_active",] == 0.0

"""Metrics of the agent: each count has its name; what is not known yet is absent."""

from dataclasses import replace

from said import DOCUMENTS, HEALTH, a_pulse

from edge_agent import __version__
from edge_agent.publish.sink import SinkCounts
from edge_agent.web.newest import Newest
from edge_agent.web.of_agent import metrics_of_agent

Values = dict[str, float]


def values(newest: Newest) -> Values:
    """Return the metrics by name without labels; of several with one name, the sum."""
    found: Values = {}
    for family in metrics_of_agent(newest):
        for sample in family.samples:
            name = sample.name.removeprefix("edge_agent_")
            found[name] = found.get(name, 0.0) + sample.value
    return found


def everything() -> Newest:
    newest = Newest()
    for document in DOCUMENTS:
        newest.take(document)
    newest.feel(a_pulse())
    return newest


def test_each_count_has_its_name() -> None:
    assert values(everything()) == {
        "info": 1,
        "samples_total": 1000,
        "frames_lost_total": 2,
        "frames_rejected_total": 7,
        "dropped_bytes_total": 5,
        "windows_skipped_total": 1,
        "events_dropped_total": 8,
        "source_up": 1,
        "reader_queue_blocks": 6,
        "outbox_events": 7,
        "mqtt_connected": 1,
        "mqtt_connections_total": 9,
        "mqtt_failed_attempts_total": 10,
        "mqtt_refusals_total": 11,
        "temperature_celsius": 51.5,
        "self_test_failed": 0,
        "self_test_proven_limit_bars": 0.4,
        "self_test_timestamp_seconds": 1000.0,
    }


def test_version_and_model_are_labels() -> None:
    (info,) = (family for family in metrics_of_agent(everything()) if family.name == "edge_agent_info")
    assert info.samples[0].labels == {
        "version": __version__,
        "model": "broken_bars",
        "model_sha256": "ab" * 32,
    }


def test_rejected_frames_are_told_apart_by_cause() -> None:
    (rejected,) = (f for f in metrics_of_agent(everything()) if f.name == "edge_agent_frames_rejected")
    causes = {sample.labels["cause"]: sample.value for sample in rejected.samples}
    assert causes["crc"] == 3
    assert causes["malformed"] == 4
    assert len(causes) == 6


def test_before_anything_was_said_only_the_missing_source_is_known() -> None:
    assert values(Newest()) == {"source_up": 0}


def test_without_a_thermometer_there_is_no_temperature() -> None:
    newest = everything()
    newest.take(replace(HEALTH, temperature_c=None))
    assert "temperature_celsius" not in values(newest)


def test_a_self_test_that_failed_is_told_and_before_the_first_one_nothing_is() -> None:
    newest = everything()
    for problem, failed in (("the model file has another digest", {"self_test_failed": 1.0}), (None, {})):
        newest.take(replace(HEALTH, self_test_age_s=None, proven_limit_bars=None, self_test_problem=problem))
        found = values(newest)
        assert {name: found[name] for name in found if name.startswith("self_test")} == failed


def test_counts_of_several_sinks_are_added_up_and_those_of_the_broker_are_its_own() -> None:
    newest = everything()
    pulse = a_pulse()
    newest.feel(replace(pulse, sinks=(SinkCounts(events_waiting=100, events_dropped=200), *pulse.sinks)))
    found = values(newest)
    assert (found["outbox_events"], found["events_dropped_total"]) == (107, 208)
    assert found["mqtt_connections_total"] == 9


def test_without_a_publisher_nothing_is_said_of_a_broker() -> None:
    newest = everything()
    newest.feel(replace(a_pulse(), sinks=()))
    assert not any(name.startswith("mqtt") for name in values(newest))

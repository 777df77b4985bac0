"""The page that Prometheus scrapes: verdicts are counted, and its own checker finds nothing to say."""

import re

import pytest
from promtool import promtool
from said import whole_metrics

from edge_agent.web.metrics import Metrics

OF_MOTOR = """
    condition_found condition_severity condition_value condition_limit
    info state severity equivalent_bars detection_limit_bars confidence_ratio load_ratio slip_ratio
    line_frequency_hertz current_unbalance_ratio speed_rpm last_verdict_timestamp_seconds alarm_active
    sideband_level_dbc baseline_state baseline_progress_ratio baseline_growth_bars trend_bars_per_month
"""
OF_AGENT = """
    info windows_total samples_total frames_lost_total dropped_bytes_total windows_skipped_total
    events_dropped_total mqtt_connections_total mqtt_failed_attempts_total mqtt_refusals_total
    frames_rejected_total source_up mqtt_connected outbox_events reader_queue_blocks temperature_celsius
    verdict_latency_seconds self_test_failed self_test_proven_limit_bars self_test_timestamp_seconds
"""
"""Names below `edge_agent_motor_` and `edge_agent_`: dashboards and alert rules of others hold them."""


@pytest.fixture
def metrics() -> Metrics:
    return whole_metrics()


def lines(metrics: Metrics) -> list[str]:
    return metrics.page("")[0].decode().splitlines()


def test_the_names_are_a_contract(metrics: Metrics) -> None:
    names = {line.split()[2] for line in lines(metrics) if line.startswith("# TYPE ")}
    own = {f"edge_agent_motor_{name}" for name in OF_MOTOR.split()}
    own |= {f"edge_agent_{name}" for name in OF_AGENT.split()}
    assert {name for name in names if not name.startswith("process_")} == own
    assert {"process_cpu_seconds_total", "process_resident_memory_bytes"} <= names


def test_verdicts_are_counted_by_result_and_reason(metrics: Metrics) -> None:
    said = lines(metrics)
    assert 'edge_agent_windows_total{motor="motor-1",reason="",result="broken_bars"} 1.0' in said
    assert 'edge_agent_windows_total{motor="motor-1",reason="motor_off",result="indeterminate"} 1.0' in said


def test_latencies_fall_into_their_buckets(metrics: Metrics) -> None:
    """Those of 41 and 12 ms."""
    said = "\n".join(lines(metrics))
    buckets = re.findall(r'^edge_agent_verdict_latency_seconds_bucket{le="(.*)"} (.*)$', said, re.MULTILINE)
    assert [bound for bound, _ in buckets] == ["0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "+Inf"]
    assert {count for _, count in buckets} == {"2.0"}
    (total_s,) = re.findall(r"^edge_agent_verdict_latency_seconds_sum (.*)$", said, re.MULTILINE)
    assert float(total_s) == pytest.approx(0.053)


def test_no_label_names_the_agent(metrics: Metrics) -> None:
    assert not any("agent=" in line for line in lines(metrics))


def test_the_format_is_the_one_that_is_asked_for(metrics: Metrics) -> None:
    plain, plain_type = metrics.page("")
    assert plain_type == "text/plain; version=0.0.4; charset=utf-8"
    assert b"# EOF" not in plain
    open_metrics, open_type = metrics.page("application/openmetrics-text; version=1.0.0")
    assert open_type.startswith("application/openmetrics-text; version=1.0.0")
    assert open_metrics.endswith(b"# EOF\n")


def test_promtool_has_no_objection(metrics: Metrics) -> None:
    assert promtool("check", "metrics", given=metrics.page("")[0].decode()) == ""

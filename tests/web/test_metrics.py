"""The page that Prometheus scrapes: verdicts are counted, and its own checker finds nothing to say."""

import pytest
from promtool import promtool
from said import BROKEN, DOCUMENTS, MOTOR_OFF, ORIGIN, a_pulse

from edge_agent.publish.documents import Diagnosis
from edge_agent.web.metrics import Metrics
from edge_agent.web.newest import Newest


@pytest.fixture
def metrics() -> Metrics:
    newest = Newest()
    for document in DOCUMENTS:
        newest.take(document)
    newest.feel(a_pulse())
    return Metrics(newest)


def lines(metrics: Metrics) -> list[str]:
    return metrics.page("")[0].decode().splitlines()


def test_verdicts_are_counted_by_result_and_reason(metrics: Metrics) -> None:
    for verdict in (BROKEN, BROKEN, MOTOR_OFF):
        metrics.count(Diagnosis(ORIGIN, verdict, 1.0))
    said = lines(metrics)
    assert 'edge_agent_windows_total{motor="motor-1",reason="",result="broken_bars"} 2.0' in said
    assert 'edge_agent_windows_total{motor="motor-1",reason="motor_off",result="indeterminate"} 1.0' in said


def test_latencies_fall_into_their_buckets(metrics: Metrics) -> None:
    for verdict in (BROKEN, MOTOR_OFF):  # 41 and 12 ms
        metrics.count(Diagnosis(ORIGIN, verdict, 1.0))
    said = lines(metrics)
    bounds = [line.split('"')[1] for line in said if line.startswith("edge_agent_verdict_latency_seconds_b")]
    assert bounds == ["0.05", "0.1", "0.25", "0.5", "1.0", "2.5", "+Inf"]
    assert 'edge_agent_verdict_latency_seconds_bucket{le="0.05"} 2.0' in said
    (total_s,) = (line.split()[1] for line in said if "latency_seconds_sum " in line)
    assert float(total_s) == pytest.approx(0.053)


def test_the_process_is_among_them_and_no_label_names_the_agent(metrics: Metrics) -> None:
    said = lines(metrics)
    assert any(line.startswith("process_cpu_seconds_total ") for line in said)
    assert not any("agent=" in line or "_created" in line for line in said)


def test_the_format_is_the_one_that_is_asked_for(metrics: Metrics) -> None:
    plain, plain_type = metrics.page("")
    assert plain_type == "text/plain; version=0.0.4; charset=utf-8"
    assert b"# EOF" not in plain
    open_metrics, open_type = metrics.page("application/openmetrics-text; version=1.0.0")
    assert open_type.startswith("application/openmetrics-text; version=1.0.0")
    assert open_metrics.endswith(b"# EOF\n")


def test_promtool_has_no_objection(metrics: Metrics) -> None:
    metrics.count(Diagnosis(ORIGIN, BROKEN, 1.0))
    assert promtool("check", "metrics", given=metrics.page("")[0].decode()) == ""

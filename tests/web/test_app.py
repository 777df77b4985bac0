"""Each path has its answer, and there are no others."""

from pathlib import Path

from said import ORIGIN, SILENT
from serving import get, serving

from edge_agent.publish.documents import State


def test_metrics_and_health_are_served(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, port):
        metrics = get(port, "/metrics")
        assert metrics.status == 200
        assert metrics.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
        assert 'edge_agent_motor_equivalent_bars{motor="motor-1"} 2.1' in metrics.text.splitlines()
        alive = get(port, "/healthz")
        assert (alive.status, alive.text) == (200, "ok\n")
        ready = get(port, "/readyz")
        assert (ready.status, ready.text) == (200, "ok\n")


def test_not_to_be_ready_is_status_503_with_the_reason(tmp_path: Path) -> None:
    with serving(tmp_path) as (web, port):
        web.views[0].newest.samples_s = None
        web.take(State(ORIGIN, SILENT, 1.0))
        ready = get(port, "/readyz")
        assert ready.status == 503
        assert ready.text.startswith("no samples yet. Check the cable")
        assert get(port, "/healthz").status == 200


def test_an_agent_that_hangs_is_status_503(tmp_path: Path) -> None:
    with serving(tmp_path) as (web, port):
        web.views[0].newest.pulse_s = -1000.0
        alive = get(port, "/healthz")
        assert alive.status == 503
        assert "no sign of life" in alive.text


def test_other_paths_and_methods_are_refused(tmp_path: Path) -> None:
    with serving(tmp_path) as (_, port):
        assert get(port, "/nothing-there").status == 404
        assert get(port, "/metrics/x").status == 404
        assert get(port, "/metrics", method="POST").status == 405
        assert get(port, "/readyz", method="HEAD").status == 200

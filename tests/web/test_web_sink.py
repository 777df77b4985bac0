"""The HTTP server as a sink: made only if the settings ask for it, and only then from its packages."""

import subprocess
import sys
import threading
from pathlib import Path

from answers import a_window, an_answer
from said import BROKEN, ORIGIN, a_pulse
from serving import get, http_settings, serving

from edge_agent.publish.documents import Diagnosis
from edge_agent.publish.sink import open_sinks
from edge_agent.web.sink import Web, open_sink


def test_without_settings_there_is_no_server(tmp_path: Path) -> None:
    assert open_sink(http_settings(tmp_path, None)) is None
    assert not any(isinstance(sink, Web) for sink in open_sinks(http_settings(tmp_path, None)))


def test_its_packages_are_imported_only_for_a_server() -> None:
    program = (
        "import sys\n"
        "import edge_agent.commands.run, edge_agent.web.sink\n"
        "print([name for name in ('starlette', 'uvicorn', 'prometheus_client') if name in sys.modules])"
    )
    said = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "[]"


def test_documents_and_pulses_that_it_takes_are_what_it_tells(tmp_path: Path) -> None:
    with serving(tmp_path) as (web, port):
        web.take(Diagnosis(ORIGIN, BROKEN, 1070.0))
        web.feel(a_pulse(samples=4000))
        said = get(port, "/metrics").text.splitlines()
    assert "edge_agent_samples_total 4000.0" in said
    assert 'edge_agent_windows_total{motor="motor-1",reason="",result="broken_bars"} 2.0' in said
    assert 'edge_agent_motor_last_verdict_timestamp_seconds{motor="motor-1"} 1070.0' in said


def test_while_nobody_looks_a_window_is_let_go_and_no_thread_is_added(tmp_path: Path) -> None:
    with serving(tmp_path) as (web, _):
        threads, answer = threading.active_count(), an_answer(a_window())
        held = sys.getrefcount(answer)
        for _ in range(3):
            web.show(answer, "motor-1")
        assert sys.getrefcount(answer) == held
        assert threading.active_count() == threads


def test_its_thread_is_watched(tmp_path: Path) -> None:
    with serving(tmp_path) as (web, _):
        assert web.watched.name == "http"
        assert web.watched.failure() is None

"""What the demo shows of a payload, what it tells the virtual DAQ, and how its processes end."""

import socket
import threading
from pathlib import Path

import pytest

from calibration.processes import children, play
from edge_agent.config import load_settings
from edge_agent.publish.documents import Diagnosis, Origin
from edge_agent.publish.payloads import payload_of
from edge_agent.verdict import BarCount, Evidence, Reason, Refusal, Severity, State, Verdict


def a_payload(verdict: Verdict) -> dict[str, object]:
    return payload_of(Diagnosis(Origin("demo", "demo-motor", "model", "0" * 64), verdict, 0.0))


def a_verdict(state: State, **fields: object) -> Verdict:
    return Verdict(state=state, **({"evidence": Evidence()} | fields))


def test_a_refusal_is_shown_with_its_number():
    refusal = Refusal(Reason.LOAD_TOO_LOW, "pole_pass_cycles", 1.234, 3.0)
    line = play.describe(a_payload(a_verdict(State.INDETERMINATE, refusal=refusal)))
    assert line == "indeterminate -       load_too_low (pole_pass_cycles 1.23, limit 3)"


def test_an_alarm_is_shown_with_its_evidence():
    evidence = Evidence(
        slip=0.0354,
        load=0.75,
        lower_sideband_dbc=-31.24,
        upper_sideband_dbc=-35.0,
        equivalent_bars=1.93,
    )
    bars = BarCount(2, (1, 3), 1.93)
    line = play.describe(
        a_payload(a_verdict(State.BROKEN_BARS, severity=Severity.ALARM, broken_bars=bars, evidence=evidence))
    )
    assert line == (
        "broken_bars   alarm   bars: 2 (1 to 3)  "
        "slip 3.54 % load 75 % sidebands -31.2 / -35.0 dBc 1.93 equivalent bars"
    )


def test_the_configuration_of_the_demo_is_right(tmp_path: Path):
    file = tmp_path / "agent.yaml"
    file.write_text(play.CONFIG.format(port="/tmp/a daq", broker_port=18830, state_dir=tmp_path))
    assert load_settings(file).mqtt_settings().port == 18830


class ControlSocket:
    """Answers one line on a Unix socket."""

    def __init__(self, path: Path, answer: bytes) -> None:
        self.heard = b""
        self._listener = socket.create_server(str(path), family=socket.AF_UNIX)
        self._answer = answer
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self) -> None:
        with self._listener, self._listener.accept()[0] as connection:
            self.heard = connection.recv(100)
            connection.sendall(self._answer)


def test_bars_are_broken_through_the_control_socket(tmp_path: Path):
    daq = ControlSocket(tmp_path / "control", b"ok\n")
    play.break_bars(tmp_path / "control", 2)
    daq.thread.join(60)
    assert daq.heard == b"break 2\n"


def test_a_daq_that_breaks_nothing_ends_the_demo(tmp_path: Path):
    ControlSocket(tmp_path / "control", b"error: a recording\n")
    with pytest.raises(children.ChildError, match="did not break 2 bars: error: a recording"):
        play.break_bars(tmp_path / "control", 2)


def test_the_configuration_with_the_page_is_right(tmp_path: Path):
    file = tmp_path / "agent.yaml"
    text = play.CONFIG.format(port="/tmp/a daq", broker_port=18830, state_dir=tmp_path)
    file.write_text(text + play.PAGE.format(listen="127.0.0.1:8642"))
    assert load_settings(file).sink_settings().http is not None
    assert play.has_page()

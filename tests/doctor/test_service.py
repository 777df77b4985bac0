"""A service that runs has the port: doctor says so, and asks it what it sees."""

import fcntl
import json
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from broker import Mosquitto, free_port
from doctored import a_site
from serving import serving

from edge_agent.doctor.result import Mark, Result
from edge_agent.doctor.service import check_service, running_agent
from edge_agent.publish.only_one import LOCK_FILE

HEALTH = "edge-agent/pump-7/health"


@pytest.fixture
def lock(tmp_path: Path) -> Iterator[None]:
    """Hold the lock of the running agent, as process 4711."""
    (tmp_path / "state").mkdir()
    with (tmp_path / "state" / LOCK_FILE).open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        held.write("4711\n")
        held.flush()
        yield


def asked(folder: Path, port: int = 1, **sections: str) -> Result:
    _, result = check_service(a_site(folder, port, **sections), "the agent")
    return result


def retain(port: int, payload: str) -> None:
    command = ["mosquitto_pub", "-h", "localhost", "-p", str(port), "-r", "-t", HEALTH, "-m", payload]
    subprocess.run(command, check=True, timeout=60)


def test_a_running_agent_is_seen_by_its_lock(tmp_path: Path, lock: None) -> None:
    assert running_agent(a_site(tmp_path)) == f"the agent of {tmp_path / 'state'} (process 4711)"


def test_a_running_agent_of_another_folder_is_seen_by_its_client_id(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    with a_site(tmp_path / "other", 7).only_one():
        assert "client id edge-agent-pump-7" in (running_agent(a_site(tmp_path, 7)) or "")
    assert running_agent(a_site(tmp_path, 7)) is None


def test_asking_leaves_nothing_behind(tmp_path: Path) -> None:
    assert running_agent(a_site(tmp_path)) is None
    assert not (tmp_path / "state").exists()


@pytest.mark.parametrize("token", [None, "a-token"])
def test_it_is_asked_over_http(tmp_path: Path, token: str | None) -> None:
    file = None if token is None else tmp_path / "token"
    if file is not None:
        file.write_text(f"{token}\n")
    with serving(tmp_path, file) as (_, port):
        more = "" if file is None else f", token_file: {file}"
        result = asked(tmp_path, http=f'{{listen: "127.0.0.1:{port}"{more}}}')
    assert result.mark is (Mark.OK if "sees its motor" in result.what else Mark.FAIL)
    assert result.what.startswith("the running agent s")  # sees, or says: it heard samples a while ago


def test_a_server_that_does_not_answer(tmp_path: Path) -> None:
    result = asked(tmp_path, http=f'{{listen: "127.0.0.1:{free_port()}"}}')
    assert result.mark is Mark.WARN
    assert "does not answer" in result.what


@pytest.mark.parametrize(
    ("health", "mark", "said"),
    [
        ({"source": None, "last_verdict_age_s": 1.5, "time": "t"}, Mark.OK, "samples come, the last window"),
        ({"source": "/dev/x: no such port", "time": "t"}, Mark.FAIL, "/dev/x: no such port"),
        ({"source": None, "messages_left_out": 3, "time": "t"}, Mark.WARN, "did not take 3 messages"),
        ([], Mark.WARN, "holds no health"),
    ],
)
def test_without_a_server_its_retained_health_is_read(
    tmp_path: Path, mosquitto: Mosquitto, health: object, mark: Mark, said: str
) -> None:
    retain(mosquitto.port, json.dumps(health))
    result = asked(tmp_path, mosquitto.port)
    assert (result.mark, said in result.what) == (mark, True)


def test_an_agent_that_cannot_be_asked(tmp_path: Path, mosquitto: Mosquitto) -> None:
    result = asked(tmp_path, mosquitto.port)
    assert result.mark is Mark.WARN
    assert "http: {}" in result.advice

"""A second agent for one folder or one client id is told so at once; a dead one holds nothing."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from edge_agent.publish.only_one import LOCK_FILE, TakenError, find_holder, only_one

HOLDER = """
import sys, time
from pathlib import Path
from edge_agent.publish.only_one import only_one
with only_one(Path(sys.argv[1]), "localhost:1883", sys.argv[2]):
    print("held", flush=True)
    time.sleep(600)
"""


def a_holder(folder: Path, client_id: str) -> subprocess.Popen[str]:
    arguments = [sys.executable, "-c", HOLDER, str(folder), client_id]
    process = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert process.stdout.readline() == "held\n"
    return process


def end(process: subprocess.Popen[str], number: int) -> None:
    process.send_signal(number)
    process.wait(20)
    assert process.stdout is not None
    process.stdout.close()


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_folder_in_use_is_named_with_its_process_until_that_ends(tmp_path: Path, ending: int) -> None:
    holder = a_holder(tmp_path, "one")
    try:
        with (
            pytest.raises(TakenError, match=f"process {holder.pid}.*{tmp_path}"),
            only_one(tmp_path, "b", "two"),
        ):
            pass
    finally:
        end(holder, ending)
    with only_one(tmp_path, "b", "two"):
        pass


@pytest.mark.parametrize("ending", [signal.SIGKILL, signal.SIGTERM])
def test_a_client_id_in_use_is_named_until_its_process_ends(tmp_path: Path, ending: int) -> None:
    name = f"edge-agent-{tmp_path.name}"
    holder = a_holder(tmp_path / "a", name)
    try:
        with (
            pytest.raises(TakenError, match=f"client id {name} at localhost:1883.*agent.id"),
            only_one(tmp_path / "b", "localhost:1883", name),
        ):
            pass
    finally:
        end(holder, ending)
    with only_one(tmp_path / "b", "localhost:1883", name):
        pass


@pytest.mark.parametrize(
    ("broker", "client_id"), [("localhost:1883", "other"), ("localhost:1884", "{}"), ("elsewhere:1883", "{}")]
)
def test_another_id_or_another_broker_is_no_conflict(tmp_path: Path, broker: str, client_id: str) -> None:
    with (
        only_one(tmp_path / "a", "localhost:1883", tmp_path.name),
        only_one(tmp_path / "b", broker, client_id.format(tmp_path.name)),
    ):
        pass


def test_a_refused_folder_leaves_the_client_id_free(tmp_path: Path) -> None:
    with only_one(tmp_path, "b", f"{tmp_path.name}-1"):
        with pytest.raises(TakenError), only_one(tmp_path, "b", f"{tmp_path.name}-2"):
            pass
        with only_one(tmp_path / "else", "b", f"{tmp_path.name}-2"):
            pass


@pytest.mark.parametrize("obstacle", ["a file in place of the folder", "a folder in place of the lock file"])
def test_a_folder_that_cannot_hold_a_lock_stops_nothing(tmp_path: Path, obstacle: str) -> None:
    folder = tmp_path / "state"
    if "file in place" in obstacle:
        folder.touch()
    else:
        (folder / LOCK_FILE).mkdir(parents=True)
    with only_one(folder, "b", tmp_path.name):
        pass


def test_a_holder_is_found_without_taking_its_place(tmp_path: Path) -> None:
    holder = a_holder(tmp_path, "one")
    try:
        assert str(holder.pid) in (find_holder(tmp_path, "localhost:1883", "other") or "")
        assert "client id one" in (find_holder(tmp_path / "elsewhere", "localhost:1883", "one") or "")
    finally:
        end(holder, signal.SIGKILL)
    assert find_holder(tmp_path, "localhost:1883", "one") is None
    with only_one(tmp_path, "localhost:1883", "one"):
        assert find_holder(tmp_path / "elsewhere", "localhost:1884", "one") is None
    assert not (tmp_path / "elsewhere").exists()


@pytest.mark.parametrize("loss", ["folder", "lock"])
def test_a_folder_that_was_deleted_and_made_anew_is_held_again(tmp_path: Path, loss: str) -> None:
    folder = tmp_path / "state"
    with only_one(folder, "b:1", f"c-{tmp_path.name}") as place:
        place.look_after()
        (folder / LOCK_FILE).unlink()
        if loss == "folder":
            folder.rmdir()
            place.look_after()
            assert not folder.exists()
            folder.mkdir()
        place.look_after()
        with pytest.raises(TakenError, match=f"process {os.getpid()}"), only_one(folder, "b:2", "other"):
            pass


def test_a_folder_that_another_has_taken_meanwhile_is_told(tmp_path: Path) -> None:
    folder = tmp_path / "state"
    with only_one(folder, "b:1", f"c-{tmp_path.name}") as place:
        (folder / LOCK_FILE).unlink()
        with only_one(folder, "b:2", f"d-{tmp_path.name}"), pytest.raises(TakenError, match="another agent"):
            place.look_after()

"""ONNX Runtime reports nothing to its maker: no file of it, no thread of it that could, no socket."""

import os
import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NO_SOCKETS = Path(__file__).with_name("no_sockets.py")

SILENCE = """
import os, sys
import {module}
import onnxruntime
from pathlib import Path
{work}
names = [Path(f"/proc/self/task/{{task}}/comm").read_text().strip() for task in os.listdir("/proc/self/task")]
assert len(names) == 1 or {threads}, f"threads that nobody asked for: {{names}}"
print("done", flush=True)
"""
"""Reports are sent by threads that live as long as the library: without one, none follows later either."""

LOAD = "from edge_agent.diagnose.model import Model; Model.load_for_agent('builtin')"


def run_silently(folder: Path, program: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run a program without sockets, with a home, a cache and a working directory that are empty.

    The variables by which ONNX Runtime knows a build machine, where it is silent, are not passed on.
    """
    for name in ("home", "cache", "work"):
        (folder / name).mkdir()
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(ROOT),
        "PYTHONDONTWRITEBYTECODE": "1",
        "HOME": str(folder / "home"),
        "XDG_CACHE_HOME": str(folder / "cache"),
        **variables,
    }
    return subprocess.run(
        [sys.executable, str(NO_SOCKETS), program],
        env=environment,
        cwd=folder / "work",
        capture_output=True,
        text=True,
        check=False,
    )


def files_in(folder: Path) -> list[str]:
    return [str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()]


def test_the_watch_for_sockets_sees_one(tmp_path: Path):
    ended = run_silently(tmp_path, "import socket; socket.socket(); print('done')")
    assert (ended.returncode, ended.stdout) == (-signal.SIGSYS, "")


@pytest.mark.parametrize("user_says", [None, "0", ""])
def test_the_agent_s_model_leaves_no_file_no_thread_and_no_socket(tmp_path: Path, user_says: str | None):
    program = SILENCE.format(module="edge_agent.diagnose.model", work=LOAD, threads=False)
    variables = {} if user_says is None else {"ORT_DISABLE_TELEMETRY": user_says}
    ended = run_silently(tmp_path, program, **variables)
    assert (ended.returncode, ended.stdout) == (0, "done\n"), ended.stderr
    assert files_in(tmp_path) == []


def test_a_command_of_the_agent_leaves_no_file_and_no_socket(tmp_path: Path):
    program = "import sys, edge_agent.cli as c; sys.exit(c.main(['bench', '--seconds', '14']))"
    ended = run_silently(tmp_path, program)
    assert ended.returncode == 0, ended.stderr
    assert "end to end" in ended.stdout
    assert files_in(tmp_path) == []


def modules_that_load_the_library() -> list[str]:
    files = [file for package in ("edge_agent", "calibration") for file in (ROOT / package).rglob("*.py")]
    loading = [f for f in files if re.search(r"^(import|from) onnxruntime", f.read_text(), re.MULTILINE)]
    return sorted(".".join(file.relative_to(ROOT).with_suffix("").parts) for file in loading)


def test_both_the_agent_and_the_tools_load_the_library():
    assert {module.split(".")[0] for module in modules_that_load_the_library()} == {
        "edge_agent",
        "calibration",
    }


@pytest.mark.parametrize("module", modules_that_load_the_library())
def test_a_module_that_loads_the_library_leaves_no_file_and_no_socket(tmp_path: Path, module: str):
    """Their other libraries have threads of their own."""
    ended = run_silently(tmp_path, SILENCE.format(module=module, work="", threads=True))
    assert (ended.returncode, ended.stdout) == (0, "done\n"), ended.stderr
    assert not [name for name in files_in(tmp_path) if "onnxruntime" in name.lower() or ".ses" in name]


@pytest.mark.parametrize("package", ["edge_agent", "calibration"])
def test_every_module_of_a_package_begins_with_telemetry_off(package: str):
    """Python loads a package before any module in it, so the package alone must see to it."""
    program = f"import os, sys, {package}; print(os.environ['ORT_DISABLE_TELEMETRY'], *sys.modules)"
    environment = {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)}
    printed = subprocess.run(
        [sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True
    )
    value, *modules = printed.stdout.split()
    assert value == "1"
    assert "onnxruntime" not in modules

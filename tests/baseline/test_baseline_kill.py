"""Kill -9 at any moment while a baseline is written: it always opens, with all that was said to be kept."""

import os
import random
import signal
import subprocess
import sys
from pathlib import Path

from edge_agent.baseline.memory import FILE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.baseline.settings import BaselineSettings
from edge_agent.baseline.status import BaselineState
from edge_agent.state_file import StateFile

KILLS = 10
MOST_LOOKS = 2000
"""A process that is not killed ends by itself."""
SETTINGS = BaselineSettings(hours=0.1)
PROGRAM = """
import os, sys
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from drawn_looks import DrawnAnswers, DrawnMotor
import numpy as np
from edge_agent.baseline.memory import FILE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.baseline.settings import BaselineSettings
from edge_agent.state_file import StateFile

def learn(seed):
    answers, motor = DrawnAnswers(), DrawnMotor(np.random.default_rng(seed), load_spread=0.05)
    baseline = Baseline(BaselineSettings(hours=0.1), StateFile(Path(sys.argv[1]), FILE_VERSION))
    for look in motor.looks(int(sys.argv[3])):
        baseline.take(answers.showing(look))
        baseline.save()
        status = baseline.status
        print(status.looks_since_learned if status.reference_bars else sum(status.looks.values()), flush=True)

for line in sys.stdin:
    child = os.fork()
    if child == 0:
        print("pid", os.getpid(), flush=True)
        learn(int(line))
        os._exit(0)
    os.waitpid(child, 0)
    print("ended", flush=True)
"""
"""Each line on its input starts a process that learns and says how many looks it has kept."""


def test_kill_9_costs_a_baseline_nothing_that_was_kept(tmp_path: Path) -> None:
    path, moments = tmp_path / "baseline.json", random.Random(11)
    learned: dict[str, float] = {}
    with parent_of_those_who_learn(path) as parent:
        for seed in range(KILLS):
            kept = killed_after(moments.randint(1, 20), parent, seed)
            status = Baseline(SETTINGS, StateFile(path, FILE_VERSION)).status
            assert not path.with_name("baseline.json.unusable").exists()
            count = status.looks_since_learned if status.reference_bars else sum(status.looks.values())
            assert count >= kept or (status.reference_bars and not learned)  # learned as it was killed
            if learned:
                assert status.reference_bars == learned
            learned = status.reference_bars
        assert parent.stdin is not None
        parent.stdin.close()
    assert status.state is BaselineState.LEARNED


def parent_of_those_who_learn(path: Path) -> subprocess.Popen[str]:
    """Start the program; it ends when its input does."""
    arguments = [str(path), str(Path(__file__).parents[1]), str(MOST_LOOKS)]
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *arguments], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )


def killed_after(lines: int, parent: subprocess.Popen[str], seed: int) -> int:
    """Kill a process that learns once it has said so often that it has kept a look; return its last word."""
    assert parent.stdin is not None
    assert parent.stdout is not None
    parent.stdin.write(f"{seed}\n")
    parent.stdin.flush()
    pid = int(parent.stdout.readline().split()[1])
    said: list[str] = []
    for _ in range(lines):
        said.append(parent.stdout.readline())
        assert not said[-1].endswith("ended\n"), "the process has failed before it was killed"
    os.kill(pid, signal.SIGKILL)
    while not said[-1].endswith("ended\n"):
        said.append(parent.stdout.readline())
        assert said[-1], "the parent has ended"
    return int(said[-2])

"""What a running agent costs: its share of a core, and its memory, live over pseudo-terminals.

    python tests/bench/bench_agent.py --seconds 120 /path/of/the/tree/before .

Each tree's agent runs at the same time, with the same samples: 4 channels at 10 kHz in frames of 128 scans,
windows of 12 s, one every 2 s. Processor time is that of the kernel's scheduler: on a shared machine only the
ratio of two trees means much. Memory is the resident and the proportional set at the end (smaps_rollup).
"""

import argparse
import os
import pty
import signal
import sys
import tempfile
import time
import tty
from collections.abc import Iterator
from contextlib import ExitStack, suppress
from pathlib import Path

import psutil

from calibration.processes.children import Child, start_broker
from edge_agent.commands.bench import RATE_HZ, frames

SETTLED_S = 50.0
"""Time before the measurement, s: by then the first state was captured and the weekly self-test is done."""
_CONFIG = """\
motor: {{id: bench, rated_power_kw: 0.75, rated_voltage_v: 220, rated_current_a: 2.98, rated_speed_rpm: 1715,
         line_frequency_hz: 60, poles: 4}}
acquisition: {{port: {port}}}
mqtt: {{host: 127.0.0.1, port: {broker}}}
agent: {{id: {folder.name}}}
state_dir: {folder}
"""


def main() -> None:
    """Run the agents side by side and print a row for each."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("trees", nargs="+", type=Path, help="folders that hold an edge_agent package")
    parser.add_argument("--seconds", type=float, default=60.0, help="length of the measurement (s)")
    args = parser.parse_args()
    stop_children_at_the_end()
    with tempfile.TemporaryDirectory() as folder, ExitStack() as running:
        broker, port = start_broker(Path(folder))
        running.enter_context(broker)
        agents, lines = [], []
        for number, tree in enumerate(args.trees):
            own = Path(folder) / f"agent-{number}"
            own.mkdir()
            line, slave = pty.openpty()
            tty.setraw(slave)
            os.set_blocking(line, False)
            lines.append(line)
            agents.append(running.enter_context(start_agent(tree, os.ttyname(slave), port, own)))
            os.close(slave)  # the agent wants the port for itself
        wire = paced(lines)
        play(wire, SETTLED_S)
        for agent in agents:
            agent.check()
        before = [thread_times_s(agent) for agent in agents]
        play(wire, args.seconds)
        for tree, agent, start in zip(args.trees, agents, before, strict=True):
            agent.check()
            report(tree, agent, start, args.seconds)


def stop_children_at_the_end() -> None:
    """Leave by an exception at SIGTERM, as at Ctrl-C: broker and agents are then stopped, too."""
    signal.signal(signal.SIGTERM, lambda number, frame: sys.exit(128 + number))


def start_agent(tree: Path, port: str, broker: int, folder: Path) -> Child:
    """Start the agent of a tree on one port; its files are in `folder`."""
    return start_with(tree, _CONFIG.format(port=port, broker=broker, folder=folder), folder)


def start_with(tree: Path, settings: str, folder: Path) -> Child:
    """Start the agent of a tree with settings in YAML and the environment of the unit."""
    config = folder / "agent.yaml"
    config.write_text(settings)
    environment = ["env", "-C", str(tree.resolve()), "OMP_NUM_THREADS=1", "OPENBLAS_NUM_THREADS=1"]
    environment.append("MALLOC_ARENA_MAX=1")
    command = [*environment, sys.executable, "-m", "edge_agent.cli", "run", "-c", str(config)]
    return Child(folder.name, command, folder)


def paced(lines: list[int]) -> Iterator[float]:
    """Write each frame to all lines when its last scan is due; yield how much was written, s."""
    began_s, scans = time.monotonic(), 0
    for frame, more in frames(seconds=86_400.0):
        scans += more
        time.sleep(max(0.0, began_s + scans / RATE_HZ - time.monotonic()))
        for line in lines:
            with suppress(BlockingIOError):  # the agent does not read yet
                os.write(line, frame)
        yield scans / RATE_HZ


def play(wire: Iterator[float], seconds: float) -> None:
    """Let so much of the signal be written."""
    first_s = next(wire)
    while next(wire) < first_s + seconds:
        pass


def thread_times_s(agent: Child) -> dict[str, float]:
    """Return the processor time of the pipeline's thread and of all others so far, s."""
    times_s: dict[str, float] = {}
    for task in Path(f"/proc/{agent.pid}/task").iterdir():
        name = "pipeline" if task.name == str(agent.pid) else "other threads"
        times_s[name] = times_s.get(name, 0.0) + 1e-9 * int((task / "schedstat").read_text().split()[0])
    return times_s


def report(tree: Path, agent: Child, before: dict[str, float], seconds: float) -> None:
    """Print what an agent has cost."""
    shares = {name: (now - before.get(name, 0.0)) / seconds for name, now in thread_times_s(agent).items()}
    memory = psutil.Process(agent.pid).memory_full_info()
    print(
        f"{tree}: {100 * sum(shares.values()):.2f} % of a core, "
        f"{memory.rss / 1e6:.0f} MB resident, {memory.pss / 1e6:.0f} MB proportional"
    )
    for name, share in sorted(shares.items(), key=lambda item: -item[1]):
        print(f"    {name:<16}{100 * share:6.2f} %")


if __name__ == "__main__":
    main()

"""Making many recordings, in several processes."""

import multiprocessing
from collections.abc import Iterator, Sequence
from pathlib import Path

from calibration.simulator.recording import recording_name, simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import write_recording


def produce(scenarios: Sequence[Scenario], folder: Path, jobs: int) -> Iterator[Path]:
    """Write a recording of each scenario to `folder` and yield its path, in order, once it is written."""
    tasks = [(scenario, folder) for scenario in scenarios]
    if jobs == 1:
        yield from map(_write, tasks)
        return
    with multiprocessing.get_context("spawn").Pool(jobs) as pool:
        yield from pool.imap(_write, tasks, chunksize=2)


def _write(task: tuple[Scenario, Path]) -> Path:
    scenario, folder = task
    path = folder / f"{recording_name(scenario)}.npz"
    write_recording(path, simulate(scenario))
    return path

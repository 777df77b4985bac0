"""Making many recordings, in several processes."""

import multiprocessing
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

from tqdm import tqdm

from calibration.simulator.recording import recording_name, simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import write_recording


def produce(scenarios: Sequence[Scenario], folder: Path, jobs: int) -> Iterator[Path]:
    """Write a recording of each scenario to `folder` and give its path, in order, showing progress."""
    tasks = [(scenario, folder) for scenario in scenarios]
    progress = tqdm(total=len(tasks), unit="recording", disable=None)
    with closing(progress):
        if jobs == 1:
            for task in tasks:
                yield _write(task)
                progress.update()
            return
        with multiprocessing.get_context("spawn").Pool(jobs) as pool:
            for path in pool.imap(_write, tasks, chunksize=2):
                yield path
                progress.update()


def _write(task: tuple[Scenario, Path]) -> Path:
    scenario, folder = task
    path = folder / f"{recording_name(scenario)}.npz"
    write_recording(path, simulate(scenario))
    return path

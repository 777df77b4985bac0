"""What the ordinary figures cost, in processor time: `python tests/bench/bench_figures.py`."""

import tempfile
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import _paths  # noqa: F401
from motor_windows import a_motor_window, analyse
from signal_factories import a_nameplate

from edge_agent.refusals import of_samples
from edge_agent.running_time import FILE_VERSION, RunningMeter
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.figures import measure_figures
from edge_agent.state_file import StateFile
from edge_agent.verdict import Evidence
from edge_agent.windows.sliding import Window

_TIMES = 20
"""Calls that are timed."""


def main() -> None:
    """Print one line a measure."""
    window, plate = a_motor_window(), a_nameplate()
    analysis = analyse(window)
    refused = Analysis(Evidence(), of_samples.LOST_FRACTION.refuse(0.3))
    tell("figures of a window, once a heartbeat", lambda _: measure_figures(window, analysis, plate))
    tell("the same of one without a line", lambda _: measure_figures(window, refused, plate))
    with tempfile.TemporaryDirectory() as folder:
        meter = RunningMeter(plate, StateFile(Path(folder) / "running_time.json", FILE_VERSION))
        tell("running time, with each window of 2 s more", lambda turn: meter.take(later(window, turn)))


def later(window: Window, turn: int) -> Window:
    """Return the window as if it had come `turn` steps of 2 s later."""
    currents = replace(window.streams[0], first_scan=20_000 * turn)
    return replace(window, start_s=2.0 * turn, streams=(currents, *window.streams[1:]))


def tell(what: str, work: Callable[[int], object]) -> None:
    """Time some calls, after one that is not timed."""
    work(0)
    started_s = time.process_time()
    for turn in range(1, _TIMES + 1):
        work(turn)
    print(f"{what:45s} {(time.process_time() - started_s) / _TIMES * 1e6:8.0f} us each")


if __name__ == "__main__":
    main()

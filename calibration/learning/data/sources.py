"""Where the recordings of a data set come from: simulated motors, the simulated bench, or files."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from calibration.learning.data.examples import Split, file_sha256
from calibration.learning.data.labels import MOST_BARS, deal_motors, label_of, split_motors
from calibration.simulator.lab_rig import RECORDINGS as BENCH_RECORDINGS
from calibration.simulator.recording import simulate
from calibration.simulator.sets import FIRST_TEST_SEED, draw_scenario
from calibration.validation import first_problem
from edge_agent.acquire.recordings import Recording, read_recording
from edge_agent.motor import Nameplate

MOTORS, LAB_RIG = "motors", "lab_rig"
"""The sources that are simulated; any other name is a folder of recordings."""
FILE = "file"

_BENCH_RUNS_S = 3.0
_BENCH_RATE_HZ = 10_000.0
_SHARES = {"training": 0.8, "confounders": 0.2}
_TEST_SHARE = 0.2
_SEEDS_APART = 50_000


class _Truth(BaseModel):
    """What a recording in a folder must say of itself, among other things."""

    broken_bars: Annotated[int, Field(ge=0, strict=True)]
    """Bars that were broken, whatever the sidebands show of them."""
    load: Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)]
    """Torque per unit of the rated one."""
    motor_id: str
    """Recordings of one motor share it."""
    nameplate: Nameplate
    """Of the motor."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One recording to be looked at."""

    kind: str
    """Scenario set; `file` where it is read."""
    seed: int
    """Of the scenario, the view and the windows; the number of the file where it is read."""
    split: Split
    """Where its motor belongs."""
    file: str = ""
    """Path of the recording; empty where it is simulated."""
    file_sha256: str = ""
    """Hash of the recording: changed, it is another one."""

    @property
    def first_s(self) -> float:
        """From when on windows are cut, s: the bench is started within the recording."""
        return _BENCH_RUNS_S if self.kind == LAB_RIG else 0.0

    def recording(self) -> Recording:
        """Simulate or read it; its metadata hold broken_bars, load, motor_id and nameplate.

        The bench is heard at 10 kHz, as the motors are: its own 50 kHz give the same side inputs to three
        digits, but take half as long again.
        """
        if self.file:
            return read_recording(Path(self.file))
        scenario = draw_scenario(self.kind, self.seed)
        if self.kind == LAB_RIG:
            scenario = replace(scenario, daq=replace(scenario.daq, current_rate_hz=_BENCH_RATE_HZ))
        return simulate(scenario)

    def label(self, truth: dict[str, Any]) -> tuple[int, bool]:
        """Give (class, trainable): what sidebands can show; on the bench and in files, the drilled bars."""
        if self.kind in (LAB_RIG, FILE):
            return min(MOST_BARS, int(truth["broken_bars"])), True
        return label_of(truth["broken_bars"], truth["equivalent_bars"])


def plan(source: str, recordings: int, seed: int) -> list[Plan]:
    """Name the recordings and deal their motors out, before a single window is cut.

    Raises ValueError when the seed is out of range, or ValueError or OSError when the source is a folder that
    does not hold what is needed.
    """
    if seed < 0:
        raise ValueError(f"the seed is {seed}, expected 0 or more")
    if source == MOTORS:
        return _plan_motors(recordings, seed)
    return _plan_bench(recordings, seed) if source == LAB_RIG else _plan_files(Path(source), seed)


def _plan_motors(recordings: int, seed: int) -> list[Plan]:
    """The simulator keeps seeds for testing apart; of the others some motors validate."""
    most = FIRST_TEST_SEED // _SEEDS_APART
    if seed >= most or max(_SHARES.values()) * recordings > _SEEDS_APART:
        raise ValueError(
            f"seed {seed}, {recordings} recordings: motors have the seeds 0 to {most - 1}, each enough for "
            f"{_SEEDS_APART / max(_SHARES.values()):.0f} recordings"
        )
    drawn: list[tuple[str, int]] = []
    for kind, share in _SHARES.items():
        count = round(share * recordings)
        tests = round(_TEST_SHARE * count)
        first = seed * _SEEDS_APART
        drawn += [(kind, first + i) for i in range(count - tests)]
        drawn += [(kind, FIRST_TEST_SEED + first + i) for i in range(tests)]
    motors = [draw_scenario(kind, number).motor_id for kind, number in drawn]
    pairs = list(zip(drawn, motors, strict=True))
    learned = split_motors((m for (_, number), m in pairs if number < FIRST_TEST_SEED), seed)
    plans = [Plan(kind, number, learned.get(motor, "test")) for (kind, number), motor in pairs]
    order = np.random.default_rng(seed).permutation(len(plans))
    return [plans[i] for i in order]


def _plan_bench(recordings: int, seed: int) -> list[Plan]:
    """Bench number `seed`, or an even part of its 400 recordings; more of them are of further benches."""
    first = seed * BENCH_RECORDINGS
    if recordings < BENCH_RECORDINGS:
        seeds = [first + i * BENCH_RECORDINGS // recordings for i in range(recordings)]
    else:
        seeds = [first + i for i in range(recordings)]
    motors = [draw_scenario(LAB_RIG, number).motor_id for number in seeds]
    splits = deal_motors(motors, seed)
    return [Plan(LAB_RIG, number, splits[motor]) for number, motor in zip(seeds, motors, strict=True)]


def _plan_files(folder: Path, seed: int) -> list[Plan]:
    paths = sorted(folder.resolve().glob("*.npz"))
    if not paths:
        raise ValueError(
            f"{folder}: neither {MOTORS} nor {LAB_RIG} nor a folder that holds recordings (.npz)"
        )
    motors = [_truth_of(path).motor_id for path in paths]
    splits = deal_motors(motors, seed)
    return [
        Plan(FILE, number, splits[motor], str(path), file_sha256(path))
        for number, (path, motor) in enumerate(zip(paths, motors, strict=True))
    ]


def _truth_of(path: Path) -> _Truth:
    """Read what a file says of itself, without its samples; raises ValueError or OSError that names it."""
    try:
        with np.load(path) as file:
            truth = json.loads(str(file["meta"])) if "meta" in file.files else {}
    except OSError:
        raise
    except Exception as error:  # of damaged files numpy and zipfile raise whatever they stumble over
        raise ValueError(f"{path}: {error}") from error
    missing = [name for name in _Truth.model_fields if not isinstance(truth, dict) or name not in truth]
    if missing:
        raise ValueError(f"{path}: its meta lacks {', '.join(missing)}, without which nothing can be learned")
    try:
        return _Truth.model_validate(truth)
    except ValidationError as error:
        field, message, found = first_problem(error)
        raise ValueError(f"{path}: meta.{field}: {message}, found {found!r}") from error

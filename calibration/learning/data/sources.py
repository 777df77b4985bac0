"""Where the recordings of a data set come from: simulated motors, the simulated bench, or files."""

import json
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any

import numpy as np
from pydantic import BaseModel, Field, ValidationError

from calibration.learning.data.examples import Split, file_sha256
from calibration.learning.data.labels import MAX_BARS, deal_motors, label_of, split_motors
from calibration.simulator.lab_rig import RECORDINGS as BENCH_RECORDINGS
from calibration.simulator.recording import simulate
from calibration.simulator.sets import FIRST_TEST_SEED, draw_scenario
from calibration.validation import first_problem
from edge_agent.acquire.recordings import Recording, read_recording
from edge_agent.motor import Nameplate

MOTORS, LAB_RIG = "motors", "lab_rig"
"""The sources that are simulated; any other name is a folder of recordings."""
FILE = "file"
"""Kind of a plan whose recording is read from a file."""

_BENCH_RUNS_S = 3.0
"""The bench starts between 2.0 and 2.3 s; the run-up of so small a motor takes less than the rest."""
_BENCH_RATE_HZ = 10_000.0
"""Measured once with `edge-calibrate dataset --source lab_rig` at both rates: the bench's own 50 kHz give the
same side inputs to three digits, and take half as long again."""
_SHARES = {"training": 0.8, "confounders": 0.2}
"""Judgement: mostly everything at once, and some recordings with one strong confounder each."""
_TEST_SHARE = 0.2
"""Judgement: usual, and that of the paper."""
_SEEDS_APART = 50_000
"""Judgement: seeds that one `--seed` may use up; 20 times the usual data set."""


class Truth(BaseModel):
    """What the metadata of a recording in a folder must hold, among other things."""

    broken_bars: Annotated[int, Field(ge=0, strict=True)]
    """Bars that were broken, however much the sidebands show."""
    load: Annotated[float, Field(ge=0, allow_inf_nan=False, strict=True)]
    """Torque per unit of the rated one."""
    motor_id: str
    """Equal for all recordings of one motor."""
    nameplate: Nameplate
    """Of the motor."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One recording to cut windows from."""

    kind: str
    """Scenario set; `file` for one that is read."""
    seed: int
    """Of the scenario, the view and the windows; for a file its number in the folder."""
    split: Split
    """Split of its motor."""
    file: str = ""
    """Path of the recording; empty for a simulated one."""
    file_sha256: str = ""
    """Hash of the recording: a changed file is another recording."""

    @property
    def first_s(self) -> float:
        """Start of the first window, s: the bench is started within its recordings."""
        return _BENCH_RUNS_S if self.kind == LAB_RIG else 0.0

    def recording(self) -> Recording:
        """Simulate or read it; its metadata hold broken_bars, load, motor_id and nameplate.

        The bench is sampled at 10 kHz, as the motors are, and not at its own 50 kHz.
        """
        if self.file:
            return read_recording(Path(self.file))
        scenario = draw_scenario(self.kind, self.seed)
        if self.kind == LAB_RIG:
            scenario = replace(scenario, daq=replace(scenario.daq, current_rate_hz=_BENCH_RATE_HZ))
        return simulate(scenario)

    def label(self, truth: dict[str, Any]) -> tuple[int, bool]:
        """Return (class, trainable): what sidebands can show; for the bench and for files the broken bars."""
        if self.kind in (LAB_RIG, FILE):
            return min(MAX_BARS, int(truth["broken_bars"])), True
        return label_of(truth["broken_bars"], truth["equivalent_bars"])


def plan(source: str, recordings: int, seed: int) -> list[Plan]:
    """Return the recordings of a data set, their motors assigned to splits before a window is cut.

    Raises ValueError if the seed is out of range, or ValueError or OSError if the source is a folder that
    does not hold what is needed.
    """
    if seed < 0:
        raise ValueError(f"the seed is {seed}, expected 0 or more")
    if source == MOTORS:
        return _plan_motors(recordings, seed)
    return _plan_bench(recordings, seed) if source == LAB_RIG else _plan_files(Path(source), seed)


def _plan_motors(recordings: int, seed: int) -> list[Plan]:
    """Plan simulated motors: test motors from seeds that the simulator keeps apart, the others split."""
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
    """Plan bench number `seed`, evenly thinned out below 400 recordings, or further benches above."""
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
    motors = [truth_in(path).motor_id for path in paths]
    splits = deal_motors(motors, seed)
    return [
        Plan(FILE, number, splits[motor], str(path), file_sha256(path))
        for number, (path, motor) in enumerate(zip(paths, motors, strict=True))
    ]


def truth_in(path: Path) -> Truth:
    """Read the metadata of a file, without its samples; raises ValueError or OSError that names it."""
    try:
        with np.load(path) as file:
            truth = json.loads(str(file["meta"])) if "meta" in file.files else {}
    except OSError:
        raise
    except Exception as error:  # of damaged files numpy and zipfile raise whatever they stumble over
        raise ValueError(f"{path}: {error}") from error
    missing = [name for name in Truth.model_fields if not isinstance(truth, dict) or name not in truth]
    if missing:
        raise ValueError(f"{path}: its meta lacks {', '.join(missing)}, without which nothing can be learned")
    try:
        return Truth.model_validate(truth)
    except ValidationError as error:
        field, message, found = first_problem(error)
        raise ValueError(f"{path}: meta.{field}: {message}, found {found!r}") from error

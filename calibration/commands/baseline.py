"""`edge-calibrate baseline`: learn what is normal for a motor from recordings, or check others against it."""

import argparse
import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from edge_agent.acquire.bounds import line_problem, window_problem
from edge_agent.acquire.recordings import RecordingError, read_recording, replay_blocks
from edge_agent.baseline.memory import FILE_VERSION
from edge_agent.baseline.monitor import Baseline
from edge_agent.baseline.status import BaselineState, BaselineStatus
from edge_agent.captures.assembly import timeline_in
from edge_agent.cli import DONE, WRONG_USAGE
from edge_agent.conditions.memory import FILE_VERSION as CONDITIONS_VERSION
from edge_agent.conditions.monitor import Conditions
from edge_agent.config import Settings, load_settings
from edge_agent.diagnose.model import Model, ModelError
from edge_agent.pipeline import Pipeline
from edge_agent.plain import one_line
from edge_agent.publish.baseline_payload import status_payload
from edge_agent.state_file import StateFile

_BLOCK_S = 0.1
"""Length of the blocks that a recording is played in, s; verdicts do not depend on it."""
_UNBOUNDED_HOURS = 1e9
"""Hours that no recordings have: they are learned from to their end."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("recordings", type=Path, nargs="+", metavar="RECORDING", help="recordings (.npz)")
    parser.add_argument("-c", "--config", type=Path, required=True, help="the YAML file of the agent")
    what = parser.add_mutually_exclusive_group()
    what.add_argument(
        "-o", "--out", type=Path, help="keep the baseline here, e.g. baseline.json of state_dir"
    )
    what.add_argument("--check", type=Path, metavar="FILE", help="hold the recordings against this baseline")
    parser.add_argument(
        "--sound", action="store_true", help="the rotor was examined: learn a rough casting, too"
    )
    parser.add_argument(
        "--conditions", type=Path, help="with -o: keep what is normal beside the bars here, conditions.json"
    )
    parser.add_argument("--json", action="store_true", help="print it as it is published")


def run(args: argparse.Namespace) -> int:
    """Learn or check, and print what came out; 1 if nothing was learned, or something has changed."""
    try:
        settings = load_settings(args.config)
        model = Model.load_for_agent(settings.model.file)
        with _file(args) as file:
            baseline, conditions = _made(args, settings, file), _conditions(args, settings)
            for path in args.recordings:
                _play(path, settings, model, baseline, conditions)
            if args.check is None:
                baseline.finish()
                conditions.finish()
    except (ModelError, RecordingError, ValueError) as error:
        print(f"edge-calibrate baseline: {one_line(str(error))}", file=sys.stderr)
        return WRONG_USAGE
    status = baseline.status
    print(json.dumps(status_payload(status)) if args.json else "\n".join(_table(status)))
    if args.out is not None and status.state is not BaselineState.LEARNED:
        print(f"edge-calibrate baseline: {args.out} holds no baseline: {status.reason}", file=sys.stderr)
    return DONE if status.state is BaselineState.LEARNED and status.change == "none" else 1


@contextmanager
def _file(args: argparse.Namespace) -> Iterator[Path]:
    """Yield the file of the baseline; what is checked is a copy, so that the baseline stays as it is."""
    if args.out is not None:
        if args.out.exists():
            raise ValueError(f"{args.out} exists; remove it, or name another file")
        yield args.out
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / "baseline.json"
        if args.check is not None:
            try:
                copy.write_bytes(args.check.read_bytes())
            except OSError as error:
                raise ValueError(f"{args.check} cannot be read: {error.strerror or error}") from error
        yield copy


def _made(args: argparse.Namespace, settings: Settings, file: Path) -> Baseline:
    of_agent = settings.baseline_settings()
    to_the_end = replace(of_agent, hours=_UNBOUNDED_HOURS, enabled=True)
    baseline = Baseline(to_the_end, StateFile(file, FILE_VERSION))
    if args.check is not None and baseline.state not in (BaselineState.LEARNED, BaselineState.STALE):
        raise ValueError(f"{args.check} holds no baseline that is learned; expected the file of one that is")
    if args.check is None and args.sound:
        baseline.learn(sound=True)
    return baseline


def _conditions(args: argparse.Namespace, settings: Settings) -> Conditions:
    """Return what learns the conditions beside the bars, kept in the file that was named."""
    if args.conditions is None:
        return Conditions(settings.motor, hours=_UNBOUNDED_HOURS)
    if args.out is None or args.conditions.exists():
        why = "is used with -o only" if args.out is None else "names a file that exists; remove it"
        raise ValueError(f"--conditions {args.conditions} {why}")
    return Conditions(
        settings.motor, file=StateFile(args.conditions, CONDITIONS_VERSION), hours=_UNBOUNDED_HOURS
    )


def _play(path: Path, settings: Settings, model: Model, baseline: Baseline, conditions: Conditions) -> None:
    """Take the windows of a recording as the agent takes those of a DAQ that was connected."""
    recording = read_recording(path)
    device = settings.apply_to_recording(recording.device)
    problem = line_problem(device.streams, settings.motor.line_frequency_hz)
    if problem := problem or window_problem(device.streams, settings.window.length_s):
        raise RecordingError(f"{path}: {problem}")
    window = settings.window
    pipeline = Pipeline(settings.motor, model, window.length_s, window.step_s, conditions=conditions)
    pipeline.configure(device)
    timeline = timeline_in(recording)
    if timeline is not None:  # a capture: its windows are those that the agent saw
        pipeline.windows.resume(timeline)
    baseline.begin_run()
    answers = 0
    for block in replay_blocks(recording, _BLOCK_S):
        for answer in pipeline.push(block):
            baseline.take(answer)
            answers += 1
    if answers == 0:
        raise RecordingError(
            f"{path}: it is shorter than one window of {settings.window.length_s:g} s, so nothing can be "
            "learned from it; record longer, or leave it out"
        )


def _table(status: BaselineStatus) -> Iterator[str]:
    yield f"{status.state}: {status.reason}"
    for load_bin, looks in status.looks.items():
        bars = status.reference_bars.get(load_bin)
        known = "no baseline" if bars is None else f"{bars:.3f} equivalent bars"
        yield f"  load {load_bin}: {looks} looks, {known}"
    if status.growth_limit is not None:
        yield f"  growth {status.growth:.2f} of {status.growth_limit:.2f}"
        proven = status.false_alarms_per_year_proven
        said = "not yet known" if proven is None else f"at most {proven:.3g}"
        yield f"  false alarms a year: {said}, {status.false_alarms_per_year_allowed:g} allowed"

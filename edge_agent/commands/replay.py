"""`edge-agent replay`: recordings through the very same stages, as fast as they go."""

import argparse
import json
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from edge_agent.acquire.bounds import line_problem, window_problem
from edge_agent.acquire.recordings import Recording, RecordingError, read_recording
from edge_agent.acquire.samples import Device
from edge_agent.capabilities import capabilities
from edge_agent.captures.replaying import replayed
from edge_agent.cli import WRONG_USAGE, add_motor_option
from edge_agent.config import Settings, load_settings
from edge_agent.diagnose.decision import is_event
from edge_agent.diagnose.model import Model, ModelError
from edge_agent.explain import explain, say_confidence
from edge_agent.explain_channels import say_dead
from edge_agent.life import Life
from edge_agent.pipeline import Answer
from edge_agent.plain import one_line, printable
from edge_agent.plot import PlotError, check_matplotlib, plot
from edge_agent.publish.documents import Diagnosis, Event, Origin, State
from edge_agent.publish.payloads import Payload, payload_of


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("recordings", type=Path, nargs="+", metavar="RECORDING", help="recordings (.npz)")
    parser.add_argument("-c", "--config", type=Path, required=True, help="the YAML file of the agent")
    add_motor_option(parser)
    form = parser.add_mutually_exclusive_group()
    form.add_argument(
        "--json", action="store_true", help="print one JSON object per window, as it would be published"
    )
    form.add_argument(
        "--explain", action="store_true", help="say what each window shows and why its verdict follows"
    )
    form.add_argument(
        "--life",
        action="store_true",
        help="print only what changes: state, alarm, baseline and what is learned of the motor, from one "
        "recording to the next",
    )
    parser.add_argument(
        "--state-dir",
        type=Path,
        metavar="FOLDER",
        help="with --life: go on with what this folder holds of them, and keep them there",
    )
    parser.add_argument(
        "--plot", type=Path, metavar="FOLDER", help="write a picture of each window to this folder"
    )


def run(args: argparse.Namespace) -> int:
    """Replay each recording from a fresh start; 1 when one of them could not be used."""
    settings = load_settings(args.config, motor=args.motor)
    if args.state_dir and (problem := _cannot_keep(args, settings)):
        print(f"edge-agent replay: {one_line(problem)}", file=sys.stderr)
        return WRONG_USAGE
    if args.plot and (problem := _cannot_plot(args.recordings)):
        print(f"edge-agent replay: {one_line(problem)}", file=sys.stderr)
        return WRONG_USAGE
    try:
        model = Model.load_for_agent(settings.model.file)
    except ModelError as error:
        print(f"edge-agent: {one_line(str(error))}", file=sys.stderr)
        return 1
    failed = False
    with ExitStack() as entered:
        life = _life(args, settings, entered) if args.life else None
        for path in args.recordings:
            try:
                _replay(path, settings, model, args, life)
            except RecordingError as error:
                print(f"edge-agent: {one_line(str(error))}", file=sys.stderr)
                failed = True
        if life is not None:
            print(printable(life.end()))
    return int(failed)


def _cannot_keep(args: argparse.Namespace, settings: Settings) -> str | None:
    """Return why the folder of `--state-dir` cannot be used; None if it can."""
    if not args.life:
        return "--state-dir is used with --life only: nothing else is kept"
    if args.state_dir.resolve() == settings.state_folder().resolve():
        return f"{args.state_dir} is the agent's own state_dir; copy baseline.json to another folder"
    return None


def _life(args: argparse.Namespace, settings: Settings, entered: ExitStack) -> Life:
    """Return a life that is kept in the folder that was named, or nowhere."""
    folder = args.state_dir or Path(entered.enter_context(TemporaryDirectory()))
    return Life(folder, settings.motor, settings.baseline_settings())


def _cannot_plot(recordings: list[Path]) -> str | None:
    """Return why no pictures can be made; None if they can."""
    try:
        check_matplotlib()
    except PlotError as error:
        return str(error)
    name, often = Counter(path.stem for path in recordings).most_common(1)[0]
    if often > 1:
        return (
            f"{often} recordings are called {name}, so their pictures would be too; replay them one at a time"
        )
    return None


def _replay(
    path: Path, settings: Settings, model: Model, args: argparse.Namespace, life: Life | None
) -> None:
    recording = _described(path, read_recording(path), settings)
    streams = recording.device.streams
    problem = line_problem(streams, settings.motor.line_frequency_hz)
    if problem := problem or window_problem(streams, settings.window.length_s):
        raise RecordingError(f"{path}: {problem}")
    for sentence in capabilities(recording.device.streams, settings.motor, settings.window.length_s):
        print(printable(f"{path}: {sentence}"), file=sys.stderr)
    origin = Origin(settings.agent.id, settings.motor.id, model.spec.name, model.sha256)
    answers = 0
    said_dead: set[str] = set()
    if life is not None:
        life.begin(recording.device)
    window = settings.window
    kept = () if life is None else (life.load_sweep, life.conditions, lambda: life.known)
    for answer in replayed(recording, settings.motor, model, window.length_s, window.step_s, *kept):
        answers += 1
        for dead in answer.analysis.dead:
            if dead.name not in said_dead:
                said_dead.add(dead.name)
                print(printable(f"{path}: {say_dead(dead)}"), file=sys.stderr)
        _print(path, answer, _payloads(origin, answer, answers), args.json, life)
        if args.explain:
            print(explain(answer, settings.motor), end="\n\n")
        if args.plot:
            args.plot.mkdir(parents=True, exist_ok=True)
            plot(answer, settings.motor, args.plot / f"{path.stem}-{answers:03d}.png")
    if answers == 0:
        raise RecordingError(
            f"{path}: it is shorter than one window of {settings.window.length_s:g} s: no verdict; "
            "set window.length_s to its length"
        )


def _print(
    path: Path, answer: Answer, payloads: Iterator[tuple[str, Payload]], as_json: bool, life: Life | None
) -> None:
    """Print what changed in the life of the motor, or else what the window shows."""
    if life is not None:
        for change in life.take(answer):
            print(printable(f"{path}: {change}"))
        return
    for kind, payload in payloads:
        if as_json:
            print(json.dumps({"recording": str(path), "kind": kind, **payload}))
        elif kind == "diagnosis":
            print(printable(f"{path}: {_sentence(payload)}{_beside(payload)}"))


def _described(path: Path, recording: Recording, settings: Settings) -> Recording:
    """Return the recording with what the configuration says of its channels, but for their scales."""
    device = settings.apply_to_recording(recording.device)
    for sentence in _not_applied(recording.device, device, settings):
        print(printable(f"{path}: {sentence}"), file=sys.stderr)
    return replace(recording, device=device)


def _not_applied(recorded: Device, device: Device, settings: Settings) -> Iterator[str]:
    """Return what of `channels` is not used: those that the recording lacks, and scales that differ."""
    configured = settings.device_channels()
    channels = [channel for stream in device.streams for channel in stream.channels]
    names = {channel.name for channel in channels}
    if missing := [channel.name for channel in configured if channel.name not in names]:
        yield f"channels: it has no channel {', '.join(missing)}; it has {', '.join(sorted(names))}"
    wanted = settings.apply_channels(recorded)
    kept = [
        f"{own.name} ({own.scale:g} {own.unit} per count)"
        for own, ours in zip(channels, (c for s in wanted.streams for c in s.channels), strict=True)
        if (own.scale, own.offset, own.unit) != (ours.scale, ours.offset, ours.unit)
    ]
    if kept:
        yield (
            "a recording keeps its own scales, those of channels are for the DAQ and not applied: "
            + ", ".join(kept)
        )


def _payloads(origin: Origin, answer: Answer, number: int) -> Iterator[tuple[str, Payload]]:
    now_s = time.time()
    yield "diagnosis", payload_of(Diagnosis(origin, answer.verdict, now_s))
    if is_event(answer.before, answer.state):
        yield "event", payload_of(Event(origin, answer.before, answer.state, now_s, number))
    if answer.changed:
        yield "state", payload_of(State(origin, answer.state, now_s))


def _beside(payload: Payload) -> str:
    """Return the conditions that were found beside the bars, for a person."""
    findings = payload.get("findings")
    found = [
        f"; {fault} ({finding['severity']}): {finding['summary']}"
        for fault, finding in (findings.items() if isinstance(findings, dict) else ())
        if finding["state"] == fault
    ]
    return "".join(found)


def _sentence(payload: Payload) -> str:
    """Return one verdict in words for a person."""
    trigger, bars, confidence = payload["trigger"], payload["broken_bars"], payload["confidence"]
    sure = say_confidence(confidence if isinstance(confidence, float) else None)
    if isinstance(trigger, dict):
        where = f"{trigger['channel']}: " if "channel" in trigger else ""
        why = f"{where}{trigger['quantity']} {trigger['value']}, limit {trigger['limit']}"
        return f"indeterminate: {payload['reason']} ({why})"
    if isinstance(bars, dict):
        low, high = bars["interval"]
        return (
            f"broken_bars ({payload['severity']}): {bars['estimate']} ({low} to {high}), "
            f"{bars['equivalent']:.2f} equivalent, {sure}"
        )
    return f"healthy ({payload['severity']}), {sure}"

"""`edge-calibrate import`: recordings of other formats and laboratories, made recordings of the agent."""

import argparse
import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from tqdm import tqdm

from calibration.recordings.columns import Description
from calibration.recordings.importers import LAB_SUFFIX, parts_of
from calibration.recordings.part import DeadRecordingError, Part
from edge_agent.acquire.overrides import with_channels
from edge_agent.acquire.recordings import Recording, RecordingError, write_recording
from edge_agent.cli import DONE, FAILED, WRONG_USAGE
from edge_agent.config import load_settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "sources",
        type=Path,
        nargs="+",
        metavar="SOURCE",
        help="laboratory files (.mat), recordings (.npz), CSV or WAV files",
    )
    parser.add_argument("--out", type=Path, required=True, metavar="DIR", help="where recordings (.npz) go")
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        help="YAML file of an agent: its channels are those of CSV and WAV, its motor that of all files that "
        "name none",
    )
    parser.add_argument("--rate-hz", type=float, metavar="R", help="scans per second of CSV without time_s")
    parser.add_argument("--broken-bars", type=int, metavar="N", help="noted as the truth")
    parser.add_argument("--load", type=float, metavar="L", help="noted as the torque, 1 being the rated one")
    parser.add_argument("--motor-id", metavar="ID", help="noted as the motor; recordings of one share it")


def run(args: argparse.Namespace) -> int:
    """Import each file; 1 when something was refused, all else is imported nevertheless."""
    if problem := _wrong_usage(args):
        print(f"edge-calibrate import: {problem}", file=sys.stderr)
        return WRONG_USAGE
    description = _description(args)
    args.out.mkdir(parents=True, exist_ok=True)
    importer = _Importer(args.out, _truth(args), description)
    parts: list[tuple[Path, Part]] = []
    for source in args.sources:
        try:
            parts += [(source, part) for part in parts_of(source, description)]
        except RecordingError as error:
            importer.refuse(error)
    for source, part in tqdm(parts, unit="recording", disable=None):
        importer.take(source, part)
    return FAILED if importer.refused else DONE


class _Importer:
    """Writes recordings one at a time, and counts what was refused."""

    def __init__(self, folder: Path, truth: dict[str, Any], description: Description) -> None:
        self.refused = 0
        """Files and recordings that could not be used."""
        self._folder = folder
        self._truth = truth
        self._channels = description.channels
        self._motor = description.meta
        self._written: dict[Path, Path] = {}

    def take(self, source: Path, part: Part) -> None:
        """Read a recording and write it under its name."""
        target = self._folder / f"{part.name}.npz"
        try:
            self._check_target(source, target)
            recording = part.read()
        except DeadRecordingError as error:
            tqdm.write(str(error), file=sys.stderr)
            return
        except RecordingError as error:
            self.refuse(error)
            return
        if recording.left_out:
            tqdm.write(f"{source}: left out: {', '.join(recording.left_out)}", file=sys.stderr)
        if with_channels(recording.device, self._channels) != recording.device:
            tqdm.write(f"{target}: has scales of its own; replay it without `channels`", file=sys.stderr)
        self._write(target, replace(recording, meta={**self._motor, **recording.meta, **self._truth}))
        self._written[target] = source
        tqdm.write(str(target))

    def refuse(self, error: RecordingError) -> None:
        """Say why something could not be used."""
        self.refused += 1
        tqdm.write(f"edge-calibrate import: {error}", file=sys.stderr)

    def _check_target(self, source: Path, target: Path) -> None:
        if target in self._written:
            raise RecordingError(f"{source}: {target} was just written from {self._written[target]}")
        if target.exists() and target.samefile(source):
            raise RecordingError(f"{source}: it lies where it would be written; choose another --out")

    def _write(self, target: Path, recording: Recording) -> None:
        """Write beside, then rename: whoever sees the file sees all of it."""
        beside = target.with_suffix(".part")
        write_recording(beside, recording)
        beside.replace(target)


def _wrong_usage(args: argparse.Namespace) -> str | None:
    if args.rate_hz is not None and not (math.isfinite(args.rate_hz) and args.rate_hz > 0):
        return f"--rate-hz: {args.rate_hz:g} is not positive"
    if args.broken_bars is not None and args.broken_bars < 0:
        return f"--broken-bars: {args.broken_bars} is negative"
    if args.load is not None and not (math.isfinite(args.load) and args.load >= 0):
        return f"--load: {args.load:g} is no finite torque of at least 0"
    lab = any(source.suffix.lower() == LAB_SUFFIX for source in args.sources)
    for option, value in (("--broken-bars", args.broken_bars), ("--load", args.load)):
        if lab and value is not None:
            return f"{option}: files {LAB_SUFFIX} say it themselves; import them apart"
    return None


def _description(args: argparse.Namespace) -> Description:
    """What CSV and WAV do not say themselves; raises ConfigError when the YAML file is wrong."""
    if args.config is None:
        return Description(rate_hz=args.rate_hz)
    settings = load_settings(args.config)
    motor = settings.motor
    return Description(
        channels=settings.device_channels(),
        rate_hz=args.rate_hz or settings.acquisition.rate_hz,
        meta={"motor_id": motor.id, "nameplate": motor.model_dump(mode="json", exclude_none=True)},
    )


def _truth(args: argparse.Namespace) -> dict[str, Any]:
    given = {"broken_bars": args.broken_bars, "load": args.load, "motor_id": args.motor_id}
    return {name: value for name, value in given.items() if value is not None}

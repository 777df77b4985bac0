"""`edge-calibrate import`: recordings of other formats and laboratories, made recordings of the agent."""

import argparse
import math
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

from calibration.recordings.assembling import IMPORTED
from calibration.recordings.columns import LEFT_OUT, Description
from calibration.recordings.importers import TEXT_SUFFIXES, parts_of
from calibration.recordings.part import DeadRecordingError, Part
from edge_agent.acquire.recordings import Recording, RecordingError, write_recording
from edge_agent.cli import DONE, FAILED, WRONG_USAGE
from edge_agent.config import load_settings
from edge_agent.plain import one_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "sources",
        type=Path,
        nargs="+",
        metavar="SOURCE",
        help="files of MATLAB (.mat), TDMS, COMTRADE (.cfg or .cff), WAV, recordings (.npz), text tables "
        f"({', '.join(TEXT_SUFFIXES)}), or the folder of a site, with copies of its agents' state folders",
    )
    parser.add_argument(
        "--out", type=Path, required=True, metavar="DIR", help="folder for the recordings (.npz)"
    )
    parser.add_argument(
        "-c",
        "--config",
        type=Path,
        help="YAML file of an agent: its channels are those of the files, but for scales of columns whose "
        "unit the file states; its motor is that of all files that name none",
    )
    _add_what_the_file_does_not_say(parser)
    parser.add_argument(
        "--broken-bars", type=int, metavar="N", help="true number of broken bars, stored with the recording"
    )
    parser.add_argument(
        "--load", type=float, metavar="L", help="true torque per unit of the rated torque, stored with it"
    )
    parser.add_argument("--motor-id", metavar="ID", help="id of the motor, the same in all its recordings")


def _add_what_the_file_does_not_say(parser: argparse.ArgumentParser) -> None:
    """Declare rate, names and scales."""
    parser.add_argument(
        "--rate-hz", type=float, metavar="R", help="scans per second of files that do not state it"
    )
    parser.add_argument(
        "--columns",
        type=_column_names,
        default=(),
        metavar="NAMES",
        help="names of the columns of text files or WAV, e.g. time_s,ia,ib,_,vib_radial; _ leaves one out",
    )
    parser.add_argument(
        "--map",
        type=_mapped,
        action="append",
        default=[],
        metavar="OURS=THEIRS",
        help="which column or variable is which channel, e.g. ia=Current_A,ib=Current_B; "
        "_=NAME leaves one out",
    )
    parser.add_argument(
        "--scale",
        type=_scales,
        action="append",
        default=[],
        metavar="CHANNEL=S",
        help="what 1 of the numbers is worth in A, m/s2 or rpm, e.g. ia=10,ib=10 for a clamp of 100 mV per A",
    )


def run(args: argparse.Namespace) -> int:
    """Import each file; 1 when something was refused, all else is imported nevertheless."""
    if problem := _wrong_usage(args):
        print(f"edge-calibrate import: {one_line(str(problem))}", file=sys.stderr)
        return WRONG_USAGE
    description = _description(args)
    importer = _Importer(args.out, _truth(args), description)
    parts: list[tuple[Path, Part]] = []
    for source in args.sources:
        try:
            parts += [(source, part) for part in parts_of(source, description)]
        except RecordingError as error:
            importer.refuse(error)
    if problem := _said_twice(args, parts):
        print(f"edge-calibrate import: {one_line(str(problem))}", file=sys.stderr)
        return WRONG_USAGE
    args.out.mkdir(parents=True, exist_ok=True)
    for source, part in parts:
        importer.take(source, part)
    return FAILED if importer.refused else DONE


class _Importer:
    """Writes recordings one at a time, and counts what was refused."""

    def __init__(self, folder: Path, truth: dict[str, Any], description: Description) -> None:
        self.refused = 0
        """Files and recordings that could not be used."""
        self._folder = folder
        self._truth = truth
        self._motor = description.meta
        self._written: dict[Path, Path] = {}

    def take(self, source: Path, part: Part) -> None:
        """Read a recording and write it under its name."""
        target = self._folder / f"{part.name}.npz"
        try:
            self._check_target(source, target)
            recording = part.read()
        except DeadRecordingError as error:
            print(one_line(str(error)), file=sys.stderr)
            return
        except RecordingError as error:
            self.refuse(error)
            return
        if source.suffix != ".npz" and IMPORTED in recording.meta:
            print(f"{source}: taken: {'; '.join(recording.meta[IMPORTED])}", file=sys.stderr)
        if recording.left_out:
            print(f"{source}: left out: {', '.join(recording.left_out)}", file=sys.stderr)
        self._write(target, replace(recording, meta={**self._motor, **recording.meta, **self._truth}))
        self._written[target] = source
        print(target)

    def refuse(self, error: RecordingError) -> None:
        """Say why something could not be used."""
        self.refused += 1
        print(f"edge-calibrate import: {one_line(str(error))}", file=sys.stderr)

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


def _column_names(text: str) -> tuple[str, ...]:
    """Split the names of columns; raises argparse.ArgumentTypeError where one is empty or occurs twice."""
    names = tuple(name.strip() for name in text.split(","))
    told = [name for name in names if name != LEFT_OUT]
    if not all(names) or len(set(told)) < len(told) or not told:
        raise argparse.ArgumentTypeError(f"{text!r} names columns not at all or twice; e.g. time_s,ia,ib,_")
    return names


def _mapped(text: str) -> dict[str, str]:
    """Split `ia=Current_A,ib=...`; return our name by theirs. Raises argparse.ArgumentTypeError."""
    pairs = [pair.partition("=") for pair in text.split(",")]
    names = {theirs.strip(): ours.strip() for ours, _, theirs in pairs}
    told = [ours for ours in names.values() if ours != LEFT_OUT]
    if not all(names) or not all(names.values()) or len(names) < len(pairs) or len(set(told)) < len(told):
        raise argparse.ArgumentTypeError(f"{text!r} is not like ia=Current_A,ib=Current_B, each name once")
    return names


def _scales(text: str) -> dict[str, float]:
    """Split `ia=10,ib=10`; raises argparse.ArgumentTypeError where a scale is not a finite number, or 0."""
    scales = {}
    for pair in text.split(","):
        channel, _, number = pair.partition("=")
        try:
            scale = float(number)
        except ValueError:
            scale = math.nan
        if not channel.strip() or not math.isfinite(scale) or scale == 0:
            raise argparse.ArgumentTypeError(f"{text!r} is not like ia=10,ib=10, with numbers other than 0")
        scales[channel.strip()] = scale
    return scales


def _wrong_usage(args: argparse.Namespace) -> str | None:
    if args.rate_hz is not None and not (math.isfinite(args.rate_hz) and args.rate_hz > 0):
        return f"--rate-hz: {args.rate_hz:g} is not positive"
    if args.broken_bars is not None and args.broken_bars < 0:
        return f"--broken-bars: {args.broken_bars} is negative"
    if args.load is not None and not (math.isfinite(args.load) and args.load >= 0):
        return f"--load: {args.load:g} is not a finite torque of at least 0"
    return None


def _said_twice(args: argparse.Namespace, parts: list[tuple[Path, Part]]) -> str | None:
    """Return which option says what one of the files says itself; None if none does."""
    says_it = next((source for source, part in parts if part.says_truth), None)
    for option, value in (("--broken-bars", args.broken_bars), ("--load", args.load)):
        if says_it is not None and value is not None:
            return f"{option}: {says_it} says it itself; import it apart"
    return None


def _description(args: argparse.Namespace) -> Description:
    """Return what CSV and WAV do not say themselves; raises ConfigError if the YAML file is wrong."""
    names = {theirs: ours for mapped in args.map for theirs, ours in mapped.items()}
    scales = {channel: scale for scaled in args.scale for channel, scale in scaled.items()}
    said = Description(rate_hz=args.rate_hz, columns=args.columns, names=names, scales=scales)
    if args.config is None:
        return said
    settings = load_settings(args.config)
    motor = settings.motor
    return replace(
        said,
        channels=settings.device_channels(),
        rate_hz=args.rate_hz or settings.acquisition.rate_hz,
        meta={"motor_id": motor.id, "nameplate": motor.model_dump(mode="json", exclude_none=True)},
    )


def _truth(args: argparse.Namespace) -> dict[str, Any]:
    given = {"broken_bars": args.broken_bars, "load": args.load, "motor_id": args.motor_id}
    return {name: value for name, value in given.items() if value is not None}

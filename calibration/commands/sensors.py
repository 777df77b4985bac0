"""`edge-calibrate sensors`: gain, offset and wiring of the sensors, by readings of a meter."""

import argparse
import sys
from dataclasses import replace
from pathlib import Path

from calibration.commands.arguments import positive_float
from calibration.commands.live import record_live
from calibration.sensors.readings import (
    ROTATIONS,
    CalibrationError,
    Flip,
    Load,
    Readings,
    named_reading,
    reading,
)
from calibration.sensors.survey import Survey, survey
from calibration.sensors.words import told
from calibration.sensors.yaml_channels import write_channels
from edge_agent.acquire.recordings import Recording, RecordingError, read_recording
from edge_agent.cli import DONE, FAILED, WRONG_USAGE
from edge_agent.config import Settings, load_settings
from edge_agent.plain import printable

_SECONDS = 30.0
"""Length of a live recording, s: judgement, as long as it takes to read a meter on three conductors."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("-c", "--config", type=Path, required=True, help="the YAML file of the agent")
    parser.add_argument(
        "--recording",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a recording of the running motor (`edge-agent record`), one for each load; default: the port",
    )
    parser.add_argument(
        "--seconds", type=positive_float, default=_SECONDS, help="how long to record from the port"
    )
    parser.add_argument(
        "--reference",
        nargs="+",
        action="append",
        default=[],
        metavar="CHANNEL=A",
        help="rms current of the conductor on which the channel should be, e.g. ia=4.21A ib=4.18A; once for "
        "each recording, in their order",
    )
    parser.add_argument(
        "--rotation", choices=ROTATIONS, help="order of the conductors, by a phase-sequence meter"
    )
    parser.add_argument(
        "--without",
        action="append",
        default=[],
        metavar="PHASE=FILE",
        help="a recording with the sensor taken off conductor a, b or c",
    )
    parser.add_argument("--line-frequency", metavar="HZ", help="frequency of the supply, by a meter")
    parser.add_argument("--speed", metavar="RPM", help="speed of the shaft, by a tachometer")
    parser.add_argument(
        "--gravity",
        action="append",
        default=[],
        metavar="CHANNEL=UP,DOWN",
        help="two recordings of an accelerometer at rest: its axis up, then down",
    )
    parser.add_argument("--write", action="store_true", help="write the channels into the YAML file")


def run(args: argparse.Namespace) -> int:
    """Print what is known of the sensors; 1 if anything is wrong with them."""
    try:
        settings = load_settings(args.config)
        found = survey(
            _loads(args, settings), _flips(args, settings), _readings(args, settings), settings.motor
        )
        for line in told(found):
            print(printable(line))
        if args.write:
            _write(args.config, found)
    except (CalibrationError, RecordingError) as error:
        print(printable(f"edge-calibrate sensors: {error}"), file=sys.stderr)
        return WRONG_USAGE
    return FAILED if found.findings else DONE


def read_for(settings: Settings, file: Path) -> Recording:
    """Return a recording with its channels named and assigned as the configuration says."""
    return described(settings, read_recording(file))


def described(settings: Settings, recording: Recording) -> Recording:
    """Return a recording with what the configuration says of its channels, but for their scales."""
    return replace(recording, device=settings.apply_to_recording(recording.device))


def _loads(args: argparse.Namespace, settings: Settings) -> list[Load]:
    readings = [dict(named_reading(text, "A") for text in group) for group in args.reference]
    if not args.recording and args.gravity and not args.reference:
        return []
    count = max(1, len(args.recording))
    if readings and len(readings) != count:
        raise CalibrationError(
            f"--reference is given {len(readings)} times for {count} recordings; give it once for each"
        )
    recordings = [read_for(settings, file) for file in args.recording]
    if not recordings:
        recordings = [described(settings, record_live(settings, args.seconds))]
    return [Load(own, read_a) for own, read_a in zip(recordings, readings or [{}] * count, strict=True)]


def _flips(args: argparse.Namespace, settings: Settings) -> list[Flip]:
    flips = []
    for text in args.gravity:
        channel, _, files = text.partition("=")
        up, _, down = files.partition(",")
        if not (channel and up and down):
            raise CalibrationError(f"--gravity {text}: expected CHANNEL=UP,DOWN, e.g. vib=up.npz,down.npz")
        flips.append(Flip(channel, read_for(settings, Path(up)), read_for(settings, Path(down))))
    return flips


def _readings(args: argparse.Namespace, settings: Settings) -> Readings:
    without = {}
    for text in args.without:
        phase, _, file = text.partition("=")
        if phase not in ("a", "b", "c") or not file or phase in without:
            raise CalibrationError(
                f"--without {text}: expected a=FILE, b=FILE or c=FILE, each phase once at most"
            )
        without[phase] = read_for(settings, Path(file))
    return Readings(
        rotation=args.rotation,
        line_frequency_hz=None if args.line_frequency is None else reading(args.line_frequency, "Hz"),
        speed_rpm=None if args.speed is None else reading(args.speed, "rpm"),
        without=without,
    )


def _write(config: Path, found: Survey) -> None:
    write_channels(config, found.corrections)
    names = ", ".join(correction.before.name for correction in found.corrections)
    print(printable(f"written into {config}: {names}. Check it with: edge-agent check {config}"))
    if any(correction.needs_no_rewiring for correction in found.corrections):
        print("What is corrected there must not be turned round or moved on the motor as well.")

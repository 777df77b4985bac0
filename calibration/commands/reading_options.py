"""Options for what was recorded and read at a motor, and what they say.

The functions raise CalibrationError or RecordingError for options and files that cannot be used.
"""

import argparse
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
from edge_agent.acquire.recordings import Recording, read_recording
from edge_agent.config import Settings


def add_reading_options(parser: argparse.ArgumentParser, seconds: float) -> None:
    """Declare the options; `seconds` is the usual length of a recording from the port."""
    parser.add_argument(
        "--recording",
        type=Path,
        action="append",
        default=[],
        metavar="FILE",
        help="a recording of the running motor (`edge-agent record`), one for each load; default: the port",
    )
    parser.add_argument(
        "--seconds", type=positive_float, default=seconds, help="how long to record from the port"
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


def loads_of(args: argparse.Namespace, settings: Settings) -> list[Load]:
    """Return the recordings, or one from the port, each with its readings."""
    readings = [dict(named_reading(text, "A") for text in group) for group in args.reference]
    if not args.recording and args.gravity and not args.reference:
        return []
    count = max(1, len(args.recording))
    if readings and len(readings) != count:
        raise CalibrationError(
            f"--reference is given {len(readings)} times for {count} recordings; give it once for each"
        )
    recordings = [_read(settings, file) for file in args.recording]
    if not recordings:
        recordings = [described(settings, record_live(settings, args.seconds))]
    return [Load(own, read_a) for own, read_a in zip(recordings, readings or [{}] * count, strict=True)]


def flips_of(args: argparse.Namespace, settings: Settings) -> list[Flip]:
    """Return the recordings of accelerometers that were turned over."""
    flips = []
    for text in args.gravity:
        channel, _, files = text.partition("=")
        up, _, down = files.partition(",")
        if not (channel and up and down):
            raise CalibrationError(f"--gravity {text}: expected CHANNEL=UP,DOWN, e.g. vib=up.npz,down.npz")
        flips.append(Flip(channel, _read(settings, Path(up)), _read(settings, Path(down))))
    return flips


def readings_of(args: argparse.Namespace, settings: Settings) -> Readings:
    """Return what else was read."""
    without = {}
    for text in args.without:
        phase, _, file = text.partition("=")
        if phase not in ("a", "b", "c") or not file or phase in without:
            raise CalibrationError(
                f"--without {text}: expected a=FILE, b=FILE or c=FILE, each phase once at most"
            )
        without[phase] = _read(settings, Path(file))
    return Readings(
        rotation=args.rotation,
        line_frequency_hz=None if args.line_frequency is None else reading(args.line_frequency, "Hz"),
        speed_rpm=None if args.speed is None else reading(args.speed, "rpm"),
        without=without,
    )


def described(settings: Settings, recording: Recording) -> Recording:
    """Return a recording with what the configuration says of its channels, but for their scales."""
    return replace(recording, device=settings.apply_to_recording(recording.device))


def _read(settings: Settings, file: Path) -> Recording:
    return described(settings, read_recording(file))

"""`edge-calibrate simulate --serial`: be a DAQ on a pseudo-terminal."""

import argparse
import logging
import sys
from contextlib import ExitStack
from pathlib import Path

import numpy as np

from calibration.commands.arguments import positive_float
from calibration.virtual_daq.daq import VirtualDaq
from calibration.virtual_daq.encoders import BlockFrames, CsvLines, Encoder
from calibration.virtual_daq.errors import DaqError
from calibration.virtual_daq.inlets import ControlSocket, Inlet, Keyboard, Obey, Signals
from calibration.virtual_daq.instructions import Instructions
from calibration.virtual_daq.pty_port import PtyPort
from calibration.virtual_daq.sources import MotorSource, OneTable, RecordingSource, SampleSource
from calibration.virtual_daq.talkers import TALKERS
from edge_agent.acquire.recordings import RecordingError, read_recording
from edge_agent.cli import DONE, WRONG_USAGE
from edge_agent.plain import one_line

_LOG = logging.getLogger(__name__)
_BITS_PER_BYTE = 10
"""On a line 8N1: start bit, eight data bits, stop bit."""
_MAX_BATCH_SCANS = 4096
"""Judgement: half a second at 8 kHz; real converters send sooner."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument(
        "--serial", action="store_true", required=True, help="act as a DAQ on a pseudo-terminal"
    )
    parser.add_argument("--link", type=Path, required=True, help="path under which programs open the port")
    parser.add_argument("--control", type=Path, help="Unix socket for instructions, one a line")
    parser.add_argument(
        "--format",
        choices=["frames", "csv", *TALKERS],
        default="frames",
        help="block frames, lines, or what such a DAQ sends once it is told to (frames)",
    )
    parser.add_argument(
        "--baud", type=positive_float, help="bits per second of the line (default: the speed of USB)"
    )
    parser.add_argument(
        "--scans-per-frame", type=_batch_size, default=128, metavar="N", help="scans per frame (default 128)"
    )
    parser.add_argument("--speed", type=positive_float, default=1.0, help="times faster than real time")
    recording = parser.add_argument_group("a recording")
    recording.add_argument("--play", type=Path, metavar="FILE.npz", help="play this recording")
    recording.add_argument("--loop", action="store_true", help="repeat it; the scan index runs on")
    motor = parser.add_argument_group("the simulated motor, where no recording is played")
    motor.add_argument(
        "--broken-bars", type=int, default=0, metavar="N", help="bars broken at the start (default 0)"
    )
    motor.add_argument(
        "--load", type=positive_float, default=0.75, help="torque per unit of the rated torque"
    )
    motor.add_argument("--seed", type=int, default=0, help="seed of everything random")
    motor.add_argument("--rate", type=positive_float, default=10_000.0, help="scans per second, all channels")


def run(args: argparse.Namespace) -> int:
    """Run as the DAQ until the recording ends, or until a signal or an instruction stops it."""
    try:
        source = _source(args)
        encoder = _encoder(args, source)
        daq_port = PtyPort(args.link, None if args.baud is None else args.baud / _BITS_PER_BYTE)
        daq = VirtualDaq(source, encoder, daq_port, args.scans_per_frame, args.speed)
        _serve(daq, daq_port, args.control)
    except (DaqError, RecordingError) as error:
        print(f"simulate --serial: {one_line(str(error))}", file=sys.stderr)
        return WRONG_USAGE
    counts = ", ".join(f"{count} {what}" for what, count in sorted(daq.batches.items()))
    _LOG.info("frames of scans: %s", counts or "none")
    return DONE


def _serve(daq: VirtualDaq, port: PtyPort, control: Path | None) -> None:
    with ExitStack() as open_now:
        inlets = _inlets(open_now, Instructions(daq).obey, control)
        open_now.callback(port.close)
        port.open()
        print(port.link, flush=True)
        daq.run(inlets)


def _inlets(open_now: ExitStack, obey: Obey, control: Path | None) -> list[Inlet]:
    inlets: list[Inlet] = [Signals(obey)]
    open_now.callback(inlets[-1].close)
    if control is not None:
        inlets.append(ControlSocket(control, obey))
        open_now.callback(inlets[-1].close)
    if Keyboard.is_there():
        inlets.append(Keyboard(obey))
        open_now.callback(inlets[-1].close)
    return inlets


def _source(args: argparse.Namespace) -> SampleSource:
    source = _motor(args) if args.play is None else _recording(args)
    return source if args.format == "frames" else OneTable(source)


def _recording(args: argparse.Namespace) -> SampleSource:
    recording = read_recording(args.play)
    if args.format != "csv":
        for counts in recording.counts:
            if not np.array_equal(counts, counts.astype(np.int16)):
                raise DaqError(f"--play {args.play}: has counts beyond 16 bits, only csv holds such")
    return RecordingSource(recording, loop=args.loop)


def _motor(args: argparse.Namespace) -> SampleSource:
    try:
        from calibration.simulator.conditions import Daq
        from calibration.simulator.scenario import Scenario

        converter = Daq(current_rate_hz=args.rate, vibration_rate_hz=args.rate)
        scenario = Scenario(seed=args.seed, broken_bars=args.broken_bars, load=args.load, daq=converter)
        return MotorSource(scenario)
    except ModuleNotFoundError as error:
        raise DaqError(
            f"the motor needs {error.name}; pip install '.[simulator]' in the project's folder"
        ) from error
    except ValueError as error:
        raise DaqError(str(error)) from error


def _encoder(args: argparse.Namespace, source: SampleSource) -> Encoder:
    """Return the encoder; raises DaqError if the line is too slow for it."""
    encoder = ({"frames": BlockFrames, "csv": CsvLines} | TALKERS)[args.format](source.device)
    if args.baud is not None:
        needed = encoder.bytes_per_s(args.scans_per_frame) * args.speed
        if needed > args.baud / _BITS_PER_BYTE:
            raise DaqError(
                f"--baud {args.baud:g} carries {args.baud / _BITS_PER_BYTE:.0f} bytes/s, but the samples "
                f"take up to {needed:.0f}; give {needed * _BITS_PER_BYTE:.0f} baud or more, or fewer samples"
            )
    return encoder


def _batch_size(text: str) -> int:
    if not text.isdecimal() or not 1 <= int(text) <= _MAX_BATCH_SCANS:
        raise argparse.ArgumentTypeError(f"{text} is not a whole number of 1 to {_MAX_BATCH_SCANS}")
    return int(text)

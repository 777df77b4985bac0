"""`edge-agent record`: samples from the port to a file, by hand."""

import argparse
import sys
import time
from pathlib import Path

from edge_agent.acquire.counts import DecoderCounts
from edge_agent.acquire.port_source import SerialSource
from edge_agent.acquire.recordings import Recording
from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.acquire.serial_port import IN_USE
from edge_agent.acquire.source import PortLost, Source
from edge_agent.captures.assembly import TooLongError, recording_of
from edge_agent.captures.recent import RecentSamples
from edge_agent.captures.recorder import about
from edge_agent.captures.store import write_whole
from edge_agent.cli import DONE, FAILED, WRONG_USAGE, add_motor_option
from edge_agent.config import Settings, load_settings
from edge_agent.limits import SOURCE
from edge_agent.plain import one_line, printable
from edge_agent.publish.only_one import LOCK_FILE, TakenError
from edge_agent.supervision import Flag, stop_on_signals
from edge_agent.windows.sliding import Windows

MAX_SECONDS = 3600.0
"""Most seconds of a recording: judgement, 290 MB of the reference DAQ, all of it in memory."""
_MAX_BYTES = 400_000_000
"""Memory for samples, after which a recording ends early: judgement, a computer of 2 GB has as much."""
_POLL_S = 0.2
"""The loop looks at its stop and at silence this often, s. Judgement."""


class RecordError(Exception):
    """Nothing can be recorded; the message says why, and what to do."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("-c", "--config", type=Path, required=True, help="the YAML file of the agent")
    add_motor_option(parser)
    parser.add_argument("-o", "--output", type=_new_file, required=True, help="the recording to write (.npz)")
    parser.add_argument("--seconds", type=_seconds, default=60.0, help="its length (s)")


def _new_file(text: str) -> Path:
    path = Path(text)
    if path.suffix != ".npz":
        raise argparse.ArgumentTypeError(f"{text} does not end with .npz")
    if path.exists():
        raise argparse.ArgumentTypeError(f"{text} is there already; choose another name")
    if not path.absolute().parent.is_dir():
        raise argparse.ArgumentTypeError(f"{path.parent} is not a folder; make it first")
    return path


def _seconds(text: str) -> float:
    seconds = float(text)
    if not 0 < seconds <= MAX_SECONDS:
        raise argparse.ArgumentTypeError(f"{text} is not above 0 and at most {MAX_SECONDS:g}")
    return seconds


def run(args: argparse.Namespace) -> int:
    """Record; 1 when no samples came, 2 when the agent has the port."""
    settings = load_settings(args.config, motor=args.motor)
    stop = stop_on_signals()
    try:
        check_no_agent(settings)
        with SerialSource(settings.serial_settings()) as source:
            recorder = Recorder(settings)
            recorder.record(source, args.seconds, stop)
            counts = source.counts()
        recording = recorder.recording(args.output.stem)
    except TakenError as error:
        print(f"edge-agent record: {one_line(f'{error}; {ask_it(settings, args.seconds)}')}", file=sys.stderr)
        return WRONG_USAGE
    except (RecordError, TooLongError) as error:
        print(f"edge-agent record: {one_line(str(error))}", file=sys.stderr)
        return FAILED
    write_whole(args.output, recording)
    print(printable(f"{args.output}: {told(recording)}"))
    if losses := losses_in(counts):
        print(f"not all of it came whole: {losses}")
    return DONE


def check_no_agent(settings: Settings) -> None:
    """Raise TakenError if the agent runs; otherwise the port itself keeps others out.

    Without a lock no agent has run here yet. None is made, since it would belong to whoever records.
    """
    if (settings.state_folder() / LOCK_FILE).exists():
        with settings.only_one():
            pass


def ask_it(settings: Settings, seconds: float) -> str:
    """Return how the running agent is asked for a recording."""
    topic = f"{settings.mqtt_settings().base_topic(settings.agent.id)}/command/capture"
    needed = "" if settings.mqtt.commands else " (mqtt.commands must be true)"
    return f'to record while it runs, publish {{"seconds": {seconds:g}}} to {topic}{needed}'


def told(recording: Recording) -> str:
    """Return what a recording holds, in one line."""
    parts = [
        f"{len(counts) / stream.rate_hz:.1f} s of {', '.join(channel.name for channel in stream.channels)} "
        f"at {stream.rate_hz:g} Hz"
        for stream, counts in zip(recording.device.streams, recording.counts, strict=True)
    ]
    return "; ".join(parts)


def losses_in(counts: DecoderCounts) -> str:
    """Return what was lost or of no use on the way, e.g. for an author of firmware; empty if nothing was."""
    kinds = {
        "frames or lines are missing": counts.lost_frames,
        "had a wrong checksum": counts.crc_errors,
        "were of no use": counts.rejected,
    }
    return ", ".join(f"{count} {kind}" for kind, count in kinds.items() if count)


class Recorder:
    """Takes samples from a source until there are enough."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._windows = Windows(settings.window.length_s, settings.window.step_s)
        self._recent = RecentSamples(self._windows)
        self._came_s = time.monotonic()

    def record(self, source: Source, seconds: float, stop: Flag) -> None:
        """Take samples until there are so many seconds, or `stop` is set.

        A device that changes or counts anew begins it anew. Raises RecordError if the port is away, or if no
        samples come.
        """
        self._came_s = time.monotonic()
        while not stop.is_set() and self._windows.elapsed_s < seconds:
            for _, item in source.poll(_POLL_S):
                match item:
                    case PortLost():
                        raise RecordError(f"{item.port}: {item.reason}{self._hint(item, seconds)}")
                    case Device():
                        self._begin(item)
                    case SampleBlock():
                        self._take(item)
                if self._windows.elapsed_s >= seconds or self._recent.held_bytes > _MAX_BYTES:
                    return
            self._check_silence(source)

    def recording(self, name: str) -> Recording:
        """Return what was taken; raises RecordError if that is nothing."""
        device = self._recent.device
        if device is None or self._recent.is_empty:
            raise RecordError("no samples came; nothing is written")
        meta = {"motor": self._settings.motor.id, **about(self._settings.of_verdicts())}
        return recording_of(name, device, self._recent.since(0.0), meta)

    def _begin(self, device: Device | None) -> None:
        if device is not None:
            self._windows.configure(device)
            self._recent.begin(device)

    def _take(self, block: SampleBlock) -> None:
        self._came_s = time.monotonic()
        if self._recent.breaks_at(block):
            print("the device counts its samples anew: the recording begins here", file=sys.stderr)
            self._begin(self._recent.device)
        self._recent.take(block)
        self._windows.push(block, behind=True)

    def _check_silence(self, source: Source) -> None:
        if time.monotonic() - self._came_s > SOURCE.silent_s:
            raise RecordError(source.silence().text)

    def _hint(self, lost: PortLost, seconds: float) -> str:
        return f". If that is the agent: {ask_it(self._settings, seconds)}" if lost.reason == IN_USE else ""

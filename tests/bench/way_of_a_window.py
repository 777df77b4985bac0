"""How much of the program a window passes from its last frame to the JSON: `tests/bench/way_of_a_window.py`.

Counts files and functions of `edge_agent` that are entered, and types of its own that are handed about, for
a window of a motor with two broken bars; with --bars the number of rotor bars is known, so that slot lines
are looked for as well. --list names them all.
"""

import argparse
import sys
from collections import defaultdict
from pathlib import Path
from types import FrameType

import _paths  # noqa: F401

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.drivers.block_frames import FrameDecoder, encode_data, encode_description
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.acquire.samples import Device
from edge_agent.diagnose.model import BUILTIN, Model
from edge_agent.pipeline import Pipeline
from edge_agent.publish.documents import Diagnosis, Origin
from edge_agent.publish.payloads import encode, payload_of

_ROOT = Path(__file__).parents[2]
_LENGTH_S, _STEP_S, _BLOCK_S = 4.0, 0.9, 0.0128
"""Window, step, and what one frame of the reference DAQ holds, s."""
_WINDOW = 2
"""Number of the window that is followed; the first one fills what later ones find."""


class Way:
    """What was entered, by file, and what was handed about."""

    def __init__(self) -> None:
        self.functions: dict[str, set[str]] = defaultdict(set)
        self.types: set[str] = set()

    def follow(self, frame: FrameType, event: str, result: object) -> None:
        """Take note of a call or return; for `sys.setprofile`."""
        code = frame.f_code
        file = Path(code.co_filename)
        if event not in ("call", "return") or not file.is_relative_to(_ROOT / "edge_agent"):
            return
        if event == "return":
            self._meet(result)
            return
        # What stands within a function (a comprehension, a lambda) is part of it.
        name = code.co_qualname.split(".<locals>")[0]
        self.functions[str(file.relative_to(_ROOT))].add(name)
        for argument in code.co_varnames[: code.co_argcount]:
            self._meet(frame.f_locals[argument])

    def _meet(self, value: object) -> None:
        if type(value).__module__.startswith("edge_agent."):
            self.types.add(type(value).__qualname__)


def way(bars_known: bool) -> Way:
    """Return the way of one window."""
    scenario = Scenario(seed=1_000_007, broken_bars=2, load=0.7, duration_s=5.5)
    recording = simulate(scenario)
    plate = scenario.motor.nameplate
    model = Model.load(BUILTIN)
    pipeline = Pipeline(
        plate if bars_known else plate.model_copy(update={"rotor_bars": None}), model, _LENGTH_S, _STEP_S
    )
    decoder, origin, done = FrameDecoder(), Origin("bench", "motor", model.spec.name, model.sha256), 0
    rates_hz = {s.number: s.rate_hz for s in recording.device.streams}
    frames = [encode_description(recording.device)]
    frames += [
        encode_data(b, rates_hz[b.stream], n) for n, b in enumerate(replay_blocks(recording, _BLOCK_S))
    ]
    for frame in frames:
        passed = Way()
        sys.setprofile(passed.follow)
        for part in decoder.push(frame):
            if isinstance(part, Device):
                pipeline.configure(part)
                continue
            for answer in pipeline.push(part):
                encode(payload_of(Diagnosis(origin, answer.verdict, 0.0)))
                done += 1
        sys.setprofile(None)
        if done == _WINDOW:
            return passed
    raise RuntimeError("the recording holds no second window")


def main() -> None:
    """Print the counts."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bars", action="store_true", help="the number of rotor bars is known")
    parser.add_argument("--list", action="store_true", help="name files, functions and types")
    args = parser.parse_args()
    found = way(args.bars)
    if args.list:
        for file, names in sorted(found.functions.items()):
            print(f"{len(names):3d} {file}: {', '.join(sorted(names))}")
        print(f"types: {', '.join(sorted(found.types))}")
    functions = sum(map(len, found.functions.values()))
    print(f"{len(found.functions)} files, {functions} functions, {len(found.types)} named types")


if __name__ == "__main__":
    main()

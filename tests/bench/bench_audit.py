"""How well the audit finds wrong entries, and whether it accuses right ones.

`python tests/bench/bench_audit.py`. Simulated motors of test seeds that nothing was tuned on. Each runs at
six loads from 10 to 105 %, a window of 12 s at each; ten minutes of running are these windows in turn, eight
times. So loads differ within a motor, and noise repeats. Each entry is made wrong in turn. Intervals are
Wilson's, of 95 %.
"""

import argparse
import os
import re
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

import _paths  # noqa: F401

os.environ["OMP_NUM_THREADS"] = "1"
import numpy as np
from cases import plate_of, window_of
from tables import print_header, print_row, share

from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.sets import CLASSES, FIRST_TEST_SEED, draw_scenario
from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.audit.currents import Plate
from edge_agent.audit.evidence import read_window
from edge_agent.audit.findings import Suspect
from edge_agent.audit.ledger import Ledger, take_readings
from edge_agent.circuit import fit_circuit
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec
from edge_agent.windows.sliding import Window

FIRST_SEED = FIRST_TEST_SEED + 700_000
LOADS = 6
ROUNDS = 8
ROOT3 = 3**0.5
Installation = tuple[Nameplate, list[Window]]


def _plate(**entries: float) -> Callable[[Nameplate], Nameplate]:
    return lambda plate: Nameplate(**{**plate.model_dump(), **entries})


def _with_poles(plate: Nameplate, odd: bool) -> Nameplate:
    poles = plate.poles + 2 if odd or plate.poles == 2 else plate.poles - 2
    return _plate(poles=poles, rated_speed_rpm=plate.rated_speed_rpm * plate.poles / poles)(plate)


def _with_slip(plate: Nameplate, times: float) -> Nameplate:
    return _plate(rated_speed_rpm=plate.synchronous_speed_rpm * (1 - times * plate.rated_slip))(plate)


def _connected(plate: Nameplate, times: float) -> Nameplate:
    entries = {
        "rated_voltage_v": plate.rated_voltage_v / times,
        "rated_current_a": plate.rated_current_a * times,
    }
    return _plate(**entries)(plate)


def _at_other_grid(plate: Nameplate) -> Nameplate:
    other_hz = 60.0 if plate.line_frequency_hz == 50.0 else 50.0
    speed_rpm = plate.rated_speed_rpm * other_hz / plate.line_frequency_hz
    return _plate(line_frequency_hz=other_hz, rated_speed_rpm=speed_rpm)(plate)


def _streams(window: Window, change: Callable[[Stream], Stream]) -> Window:
    streams = tuple(replace(s, stream=change(s.stream)) for s in window.streams)
    return replace(window, streams=streams)


def _channels(window: Window, change: Callable[[Channel], Channel]) -> Window:
    return _streams(window, lambda s: replace(s, channels=tuple(change(c) for c in s.channels)))


def _scaled(times: float, phase: str | None = None) -> Callable[[Window], Window]:
    def change(channel: Channel) -> Channel:
        concerned = channel.kind is ChannelKind.CURRENT and phase in (None, channel.phase)
        return replace(channel, scale=channel.scale * times) if concerned else channel

    return lambda window: _channels(window, change)


def _swapped(window: Window) -> Window:
    other = {"b": "c", "c": "b"}
    return _channels(window, lambda c: replace(c, phase=other.get(c.phase or "", c.phase)))


def _at_rate(window: Window) -> Window:
    slower = _streams(window, lambda s: replace(s, rate_hz=s.rate_hz * 1.02))
    return replace(slower, length_s=window.length_s / 1.02)


ENTRIES: dict[str, tuple[Callable[[Nameplate], Nameplate] | None, Callable[[Window], Window] | None]] = {
    "poles, one pair more": (lambda p: _with_poles(p, True), None),
    "poles, one pair less": (lambda p: _with_poles(p, False), None),
    "rated slip twice": (lambda p: _with_slip(p, 2.0), None),
    "rated slip half": (lambda p: _with_slip(p, 0.5), None),
    "rated slip four times": (lambda p: _with_slip(p, 4.0), None),
    "rated slip a quarter": (lambda p: _with_slip(p, 0.25), None),
    "scale x10": (None, _scaled(10.0)),
    "scale x3": (None, _scaled(3.0)),
    "scale /3": (None, _scaled(1 / 3)),
    "plate of the lower voltage": (lambda p: _connected(p, ROOT3), None),
    "plate of the higher voltage": (lambda p: _connected(p, 1 / ROOT3), None),
    "line frequency": (_at_other_grid, None),
    "rate 2 % off": (None, _at_rate),
    "phases b and c swapped": (None, _swapped),
    "a reversed": (None, _scaled(-1.0, "a")),
    "b reversed": (None, _scaled(-1.0, "b")),
    "c reversed": (None, _scaled(-1.0, "c")),
}
"""What is made wrong: plate, and samples."""
EXPECTED = {
    "poles": Suspect.POLES,
    "rated": Suspect.SPEED,
    "scale": Suspect.SCALE,
    "plate": Suspect.SPEED,
    "line": Suspect.LINE_FREQUENCY,
    "rate": Suspect.LINE_FREQUENCY,
    "a": Suspect.DIRECTION,
    "b": Suspect.DIRECTION,
    "c": Suspect.DIRECTION,
    "phases": None,
}
"""What must be named, by the first word of the entry; None where no finding exists."""


def main() -> None:
    """Print how many were named and accused."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--right", type=int, default=300, help="motors with a right plate")
    parser.add_argument(
        "--wrong", type=int, default=200, help="of these, motors with each entry wrong in turn"
    )
    parser.add_argument("--first-seed", type=int, default=FIRST_SEED, help="a multiple of five")
    parser.add_argument("--jobs", type=int, default=1, help="processes")
    parser.add_argument("--clamps", action="store_true", help="three currents alone, without vibration")
    args = parser.parse_args()
    numbers = range(max(args.right, args.wrong))
    work = [(args.first_seed + CLASSES * n, n < args.wrong, args.clamps) for n in numbers]
    with ProcessPoolExecutor(args.jobs) as pool:
        found = list(pool.map(examine, work, chunksize=1))
    right = [one["right"] for one in found]
    print_header("right plates", "accused", "under accusation at any time")
    accused = [name for names, _ in right for name in names]
    print_row(
        "all", share(sum(bool(n) for n, _ in right), len(right)), share(sum(s for _, s in right), len(right))
    )
    print("accused:", ", ".join(accused) or "none")
    print_header("wrong entry", "named rightly", "named at all", "withheld or refused", "named as")
    for entry in ENTRIES:
        ones = [one[entry] for one in found if entry in one]
        if ones:
            kinds = sorted({name for names, _ in ones for name in names})
            rightly = sum(EXPECTED[re.split("[ ,]", entry)[0]] in names for names, _ in ones)
            named, held = sum(bool(n) for n, _ in ones), sum(s for _, s in ones)
            shares = [share(count, len(ones)) for count in (rightly, named, held)]
            print_row(entry, *shares, ", ".join(kinds))


def examine(work: tuple[int, bool, bool]) -> dict[str, tuple[list[str], bool]]:
    """Return what is named, and whether answers were withheld, with the right plate and each wrong entry."""
    seed, wrong, clamps = work
    plate, windows = installation(seed, clamps)
    found = {"right": audit(plate, windows)}
    for name, (of_plate, of_samples) in ENTRIES.items() if wrong else ():
        try:
            entered = plate if of_plate is None else of_plate(plate)
        except ValueError:
            continue  # the configuration refuses this plate
        found[name] = audit(entered, windows if of_samples is None else [of_samples(w) for w in windows])
    return found


def installation(seed: int, clamps: bool) -> Installation:
    """Return plate and windows of a motor: sound, three currents, with or without vibration."""
    rng = generator(seed, "audit")
    scenario = draw_scenario("validation", seed)
    windows = []
    for number in range(LOADS):
        load = float(rng.uniform(0.1, 1.05))
        at_load = replace(scenario, load=load, seed=scenario.seed + number)
        window = window_of(simulate(at_load))
        current = (window.current,) if clamps else window.streams
        windows.append(replace(window, streams=current))
    return plate_of(scenario), windows


def audit(nameplate: Nameplate, windows: list[Window]) -> tuple[list[str], bool]:
    """Return what is named after ten minutes, and whether any answer was withheld or refused for it."""
    plate, analyser = Plate(nameplate, fit_circuit(nameplate)), Analyser(nameplate, ImageSpec())
    readings = [read_window(window, analyser.analyse(window), plate) for window in windows]
    ledger: Ledger = {}
    suspected = False
    for of_window in readings * ROUNDS:
        take_readings(ledger, of_window, windows[0].length_s)
        suspected |= any(count.suspected for count in ledger.values())
    return [str(Suspect(s)) for s, count in ledger.items() if count.named], suspected


if __name__ == "__main__":
    np.seterr(all="ignore")
    main()

"""Faults of the measurement: of single channels, of all of them, and of the window that is cut from them."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from calibration.simulator.conditions import FaultKind, LoadStep
from calibration.simulator.draw import draw_sensor_fault, pick
from calibration.simulator.noise import generator
from calibration.simulator.scenario import Scenario
from calibration.simulator.sets import DURATION_S, draw_scenario
from edge_agent.verdict import Reason
from edge_agent.windows.sliding import StreamWindow, Window

Random = np.random.Generator
Spoil = Callable[[Window], Window]
"""What happens to a window after its recording."""
Change = Callable[[Scenario, Random], tuple[Scenario, Spoil]]
"""What a fault does to the scenario of a sound measurement, and to its window."""


def faulty(kind: str, seed: int) -> tuple[Scenario, Spoil]:
    """Give an ordinary motor with one of FAULTS, broken bars by the seed's remainder of five."""
    sound = replace(draw_scenario("sensor_faults", seed), sensor_faults=())
    _, change = FAULTS[kind]
    return change(sound, generator(seed, kind))


def same(window: Window) -> Window:
    """Leave the window as it is."""
    return window


def _on_channel(kind: FaultKind, channels: tuple[str, ...]) -> Change:
    def change(s: Scenario, rng: Random) -> tuple[Scenario, Spoil]:
        fault = replace(draw_sensor_fault(rng, kind, DURATION_S), channel=pick(rng, channels))
        return replace(s, sensor_faults=(fault,)), same

    return change


def _in_current(kind: FaultKind) -> Change:
    return _on_channel(kind, ("ia", "ib", "ic"))


def _in_vibration(s: Scenario, rng: Random) -> tuple[Scenario, Spoil]:
    kind = pick(rng, (FaultKind.STUCK, FaultKind.DROPOUT_ZERO, FaultKind.CLIPPING, FaultKind.DRIFT))
    return _on_channel(kind, ("vib_radial",))(s, rng)


def _with_currents(window: Window, change: Callable[[StreamWindow], StreamWindow]) -> Window:
    currents, *others = window.streams
    return replace(window, streams=(change(currents), *others))


def _jitter(s: Scenario, rng: Random) -> tuple[Scenario, Spoil]:
    return replace(s, daq=replace(s.daq, jitter_s=float(10 ** rng.uniform(-4.1, -3.3)))), same


def _wander(s: Scenario, rng: Random) -> tuple[Scenario, Spoil]:
    return replace(s, supply=replace(s.supply, wander_hz=float(rng.uniform(0.5, 1.5)))), same


def _wrong_rate(s: Scenario, rng: Random) -> tuple[Scenario, Spoil]:
    factor = 1.0 + float(rng.choice([-1, 1])) * float(rng.uniform(0.04, 0.4))

    def spoil(window: Window) -> Window:
        streams = [
            replace(w, stream=replace(w.stream, rate_hz=factor * w.stream.rate_hz)) for w in window.streams
        ]
        return replace(window, streams=tuple(streams))

    return s, spoil


def _scaled(s: Scenario, rng: Random, channels: int) -> tuple[Scenario, Spoil]:
    """Read the first currents in a scale that is wrong by 10, 30 or 1000."""
    factor = float(rng.choice([10.0, 30.0, 1000.0]))

    def spoil(currents: StreamWindow) -> StreamWindow:
        wrong = [replace(c, scale=factor * c.scale) for c in currents.stream.channels[:channels]]
        changed = (*wrong, *currents.stream.channels[channels:])
        return replace(currents, stream=replace(currents.stream, channels=changed))

    return s, lambda window: _with_currents(window, spoil)


def _gap(s: Scenario, rng: Random) -> tuple[Scenario, Spoil]:
    start, share = float(rng.uniform(0.0, 0.6)), float(rng.uniform(0.03, 0.3))

    def lose(currents: StreamWindow) -> StreamWindow:
        scans = currents.valid.size
        lost = slice(int(start * scans), int((start + share) * scans))
        counts, valid = currents.counts.copy(), currents.valid.copy()
        counts[:, lost], valid[lost] = 0, False
        return replace(currents, counts=counts, valid=valid)

    return s, lambda window: _with_currents(window, lose)


def _off(s: Scenario, rng: Random) -> tuple[Scenario, Spoil]:
    def rest(currents: StreamWindow) -> StreamWindow:
        noise = rng.normal(0.0, 0.7, currents.counts.shape)
        return replace(currents, counts=np.rint(0.01 * currents.counts + noise).astype(np.int16))

    return s, lambda window: _with_currents(window, rest)


def _start(s: Scenario, rng: Random) -> tuple[Scenario, Spoil]:
    return replace(s, start_up_s=float(rng.uniform(1.0, 9.0))), same


def _noise(s: Scenario, rng: Random) -> tuple[Scenario, Spoil]:
    sensors = replace(s.current_sensors, noise=float(rng.uniform(0.03, 0.2)))
    return replace(s, current_sensors=sensors), same


def _load_step(s: Scenario, rng: Random) -> tuple[Scenario, Spoil]:
    step = LoadStep(float(rng.uniform(2.0, 10.0)), float(rng.choice([0.5, 1.6])))
    return replace(s, driven=replace(s.driven, steps=(step,))), same


def _load_ramp(s: Scenario, rng: Random) -> tuple[Scenario, Spoil]:
    return replace(s, driven=replace(s.driven, ramp=float(rng.choice([-0.4, 0.4])))), same


FAULTS: dict[str, tuple[Reason | None, Change]] = {
    "stuck": (Reason.STUCK_CHANNEL, _in_current(FaultKind.STUCK)),
    "dropout to zero": (Reason.STUCK_CHANNEL, _in_current(FaultKind.DROPOUT_ZERO)),
    "dropout, scans lost": (Reason.UNRELIABLE_CLOCK, _in_current(FaultKind.DROPOUT_LOST)),
    "clipping": (Reason.CLIPPED, _in_current(FaultKind.CLIPPING)),
    "gain drift up to 4 %": (Reason.UNSTEADY, _in_current(FaultKind.DRIFT)),
    "reversed": (Reason.OUT_OF_DOMAIN, _in_current(FaultKind.REVERSED)),
    "missing": (Reason.MISSING_PHASE, _in_current(FaultKind.MISSING)),
    "phases swapped": (None, _in_current(FaultKind.SWAPPED)),
    "vibration channel": (None, _in_vibration),
    "noise 3-20 %": (None, _noise),
    "jitter 80-500 us": (Reason.UNRELIABLE_CLOCK, _jitter),
    "clock wander": (Reason.UNRELIABLE_CLOCK, _wander),
    "wrong rate": (Reason.WRONG_LINE_FREQUENCY, _wrong_rate),
    "scale wrong by 10-1000": (Reason.WRONG_SCALE, lambda s, rng: _scaled(s, rng, 3)),
    "one scale wrong by 10-1000": (Reason.WRONG_SCALE, lambda s, rng: _scaled(s, rng, 1)),
    "gap 3-30 %": (Reason.LOST_SAMPLES, _gap),
    "off": (Reason.MOTOR_OFF, _off),
    "start-up": (Reason.STARTING, _start),
    "load step": (Reason.UNSTEADY, _load_step),
    "load ramp 40 %": (Reason.UNSTEADY, _load_ramp),
}
"""Each fault with the reason that is right; None where the motor can still be judged."""

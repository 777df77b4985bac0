"""Sensors on simulated motors, wired right or wrong, and what an electrician reads beside them."""

from dataclasses import dataclass, field
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from calibration.sensors.findings import Problem
from calibration.sensors.readings import Flip, Load, Readings
from calibration.simulator.conditions import CurrentSensors, Daq
from calibration.simulator.draw import draw_motor, draw_supply, log_uniform
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import Recording
from edge_agent.acquire.samples import Channel, ChannelKind, Counts, Device, Stream
from edge_agent.motor import Nameplate

G_M_PER_S2 = 9.80665
"""Standard gravity."""
NAMES = ("ia", "ib", "ic")
"""The channels, of the phases a, b and c."""
KINDS = ("swapped", "reversed", "decade", "two of them")
"""What is drawn of miswirings."""


@dataclass(frozen=True)
class Wiring:
    """How the sensors are wired."""

    conductors: tuple[str, str, str] = ("a", "b", "c")
    """On which conductor each channel is."""
    reversed_one: int | None = None
    """Which channel is the wrong way round."""
    decades: tuple[int, int, int] = (0, 0, 0)
    """Power of ten by which the stated scale of each is too large."""

    @property
    def faults(self) -> set[tuple[Problem, str]]:
        """What is to be found."""
        found = {(Problem.SWAPPED, n) for n, p in zip(NAMES, self.conductors, strict=True) if n != f"i{p}"}
        if self.reversed_one is not None:
            found.add((Problem.REVERSED, NAMES[self.reversed_one]))
        return found | {(Problem.DECADE, n) for n, d in zip(NAMES, self.decades, strict=True) if d}


@dataclass(frozen=True)
class Installation:
    """What is recorded of a motor, what is read, and what is true."""

    nameplate: Nameplate
    loads: list[Load]
    readings: Readings
    wiring: Wiring
    scales: dict[str, float] = field(default_factory=dict)
    """True units per count, negative for a reversed sensor, by channel."""
    offsets: dict[str, float] = field(default_factory=dict)
    """True counts at zero."""
    full_counts: int = 2**15
    """Largest count."""


@dataclass(frozen=True)
class Turned:
    """An accelerometer that was turned over, and what is true of it."""

    flip: Flip
    """Its recordings."""
    scale: float
    """True m/s2 per count."""
    offset: float
    """True counts at zero."""
    full_counts: int
    """Largest count."""


def an_accelerometer(seed: int) -> Turned:
    """Draw an accelerometer of 2 to 16 g and 12 to 16 bits, with noise, tilted by two degrees at most."""
    rng = np.random.default_rng(seed)
    bits, range_g = int(rng.choice([12, 14, 16])), float(rng.choice([2.0, 4.0, 8.0, 16.0]))
    full = 2 ** (bits - 1)
    stated = range_g * G_M_PER_S2 / full
    scale, offset = stated / float(rng.uniform(0.95, 1.05)), float(rng.normal(0.0, 0.02)) * full
    noise_counts = 1e-6 * log_uniform(rng, 25.0, 700.0) * 500.0**0.5 * G_M_PER_S2 / scale
    channel = Channel("vib", ChannelKind.VIBRATION, "m/s2", stated)
    device = Device("drawn", "", "", (Stream(0, 1000.0, (channel,)),))

    def resting(name: str, turn: float) -> Recording:
        upright = turn * np.cos(np.radians(rng.uniform(0.0, 2.0)))
        values = offset + upright * G_M_PER_S2 / scale + noise_counts * rng.standard_normal(10_000)
        return Recording(name, device, (np.rint(values).astype(np.int16)[:, None],))

    return Turned(Flip("vib", resting("up", 1.0), resting("down", -1.0)), scale, offset, full)


@dataclass(frozen=True)
class _Chain:
    """Sensors and converter of an installation."""

    wiring: Wiring
    gains: NDArray[np.float64]
    offsets: NDArray[np.float64]
    noise: float
    full_scale_a: float
    bits: int

    @property
    def step_a(self) -> float:
        return self.full_scale_a / 2 ** (self.bits - 1)

    def signs(self) -> NDArray[np.float64]:
        return np.where(np.arange(3) == self.wiring.reversed_one, -1.0, 1.0)

    def counts(self, true_a: dict[str, NDArray[np.float64]], rng: np.random.Generator) -> Counts:
        rows = np.stack([true_a[phase] for phase in self.wiring.conductors])
        shown = rows * (self.gains * self.signs() / self.step_a)[:, None] + self.offsets[:, None]
        noisy = shown + self.noise / self.step_a * rng.standard_normal(shown.shape)
        limit = 2 ** (self.bits - 1)
        return np.clip(np.rint(noisy), -limit, limit - 1).astype(np.int16).T


def a_wrong_wiring(rng: np.random.Generator, kind: str) -> Wiring:
    """Draw two exchanged sensors, one turned round, a scale wrong by powers of ten, or two of these."""
    if kind == "two of them":
        first, second = (a_wrong_wiring(rng, str(k)) for k in rng.choice(KINDS[:3], 2, replace=False))
        return Wiring(
            second.conductors if first.conductors == Wiring().conductors else first.conductors,
            second.reversed_one if first.reversed_one is None else first.reversed_one,
            second.decades if first.decades == (0, 0, 0) else first.decades,
        )
    if kind == "swapped":
        first, second = list(combinations(range(3), 2))[int(rng.integers(3))]
        on = ["a", "b", "c"]
        on[first], on[second] = on[second], on[first]
        return Wiring(conductors=(on[0], on[1], on[2]))
    one = int(rng.integers(3))
    if kind == "reversed":
        return Wiring(reversed_one=one)
    power = int(rng.choice([-3, -1, 1, 3]))
    if rng.random() < 0.3:
        return Wiring(decades=(power, power, power))
    return Wiring(decades=(power if one == 0 else 0, power if one == 1 else 0, power if one == 2 else 0))


def an_installation(
    seed: int, wiring: Wiring, *, loads: int = 1, without: str = "", duration_s: float = 5.0
) -> Installation:
    """Simulate a drawn motor with drawn sensors, at one or two loads.

    `without` are the conductors from which a sensor was taken off for a recording each. The readings are
    those of a meter of 6000 counts that errs by nothing but its last digit.
    """
    rng = np.random.default_rng(seed)
    motor = draw_motor(rng, f"motor-{seed}")
    rotation = "abc" if rng.random() < 0.5 else "acb"
    chain = _draw_chain(rng, wiring, motor.peak_current_a)
    supply = draw_supply(rng, motor.nameplate.line_frequency_hz, drive=False)
    sensors = _sensors_with_phase_errors_alone(rng)
    made: list[Load] = []
    opened: dict[str, Recording] = {}
    for number, load in enumerate(rng.uniform((0.7, 0.2), (1.1, 0.5))[:loads]):
        scenario = Scenario(
            seed=seed * 10 + number,
            motor=motor,
            load=float(load),
            duration_s=duration_s,
            supply=supply,
            current_sensors=sensors,
            daq=Daq(bits=24),
        )
        true_a, rate_hz = _true_currents(scenario, rotation)
        device = _device(chain, rate_hz)
        recording = Recording(f"load{number}", device, (chain.counts(true_a, rng),))
        made.append(Load(recording, {n: _as_displayed(true_a[n[-1]]) for n in NAMES}))
        if number == 0:
            for phase in without:
                taken_off = true_a | {phase: 0.002 * true_a[phase]}
                counts = chain.counts(taken_off, rng)
                opened[phase] = Recording(f"without-{phase}", device, (counts,))
    return Installation(
        motor.nameplate,
        made,
        Readings(rotation=rotation, without=opened),
        wiring,
        dict(zip(NAMES, chain.signs() * chain.step_a / chain.gains, strict=True)),
        dict(zip(NAMES, chain.offsets, strict=True)),
        2 ** (chain.bits - 1),
    )


def _sensors_with_phase_errors_alone(rng: np.random.Generator) -> CurrentSensors:
    """Draw the sensors of the simulator; gains, offsets and noise come from the chain behind them."""
    return CurrentSensors(
        gains=(1.0, 1.0, 1.0),
        phases_deg=tuple(rng.uniform(-1.0, 1.0, 3)),
        offsets=(0.0, 0.0, 0.0),
        noise=0.0,
        bandwidth_hz=1e6,
        full_scale=20.0,
    )


def _draw_chain(rng: np.random.Generator, wiring: Wiring, peak_a: float) -> _Chain:
    bits = int(rng.choice([12, 14, 16]))
    full_scale_a = peak_a * log_uniform(rng, 2.0, 6.0)
    return _Chain(
        wiring=wiring,
        gains=np.clip(rng.normal(1.0, 0.02, 3), 0.95, 1.05),
        offsets=rng.normal(0.0, 0.01, 3) * 2 ** (bits - 1),
        noise=peak_a * 10 ** (float(rng.uniform(-75.0, -50.0)) / 20.0),
        full_scale_a=full_scale_a,
        bits=bits,
    )


def _true_currents(scenario: Scenario, rotation: str) -> tuple[dict[str, NDArray[np.float64]], float]:
    """Return the current of each conductor, and the rate; the simulator's supply turns abc."""
    made = simulate(scenario)
    stream = made.device.streams[0]
    true_a = {
        phase: made.counts[0][:, i].astype(np.float64) * stream.channels[i].scale
        for i, phase in enumerate(rotation)
    }
    return true_a, stream.rate_hz


def _device(chain: _Chain, rate_hz: float) -> Device:
    channels = tuple(
        Channel(
            name=name,
            kind=ChannelKind.CURRENT,
            unit="A",
            scale=chain.step_a * 10.0**decade,
            full_scale=chain.full_scale_a * 10.0**decade,
            phase=name[-1],
        )
        for name, decade in zip(NAMES, chain.wiring.decades, strict=True)
    )
    return Device("drawn", "", "", (Stream(0, rate_hz, channels),))


def _as_displayed(current_a: NDArray[np.float64]) -> float:
    rms_a = float(np.sqrt(np.mean(np.square(current_a - current_a.mean()))))
    return round(rms_a, 3 if rms_a < 6.0 else 2 if rms_a < 60.0 else 1)

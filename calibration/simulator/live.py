"""A running motor: its sensors' counts, for as long as they are requested."""

from dataclasses import replace
from typing import cast

import numpy as np
from numpy.typing import NDArray

from calibration.simulator.faults import StreamFaults
from calibration.simulator.noise import generator
from calibration.simulator.powertrain import (
    BLOCK_S,
    MIN_STEP_RATE_HZ,
    WARM_UP_BLOCKS,
    Means,
    PowerTrain,
    step_rate_hz,
)
from calibration.simulator.rotor import Rotor, make_rotor
from calibration.simulator.sampling import Sampler
from calibration.simulator.scenario import Scenario
from calibration.simulator.sensors import (
    GRAVITY,
    VELOCITY_PER_G,
    Converter,
    CurrentChain,
    TwoConverters,
    VibrationChain,
    VoltageChain,
)
from calibration.simulator.stator_lines import StatorLines
from calibration.simulator.vibration import Vibration
from calibration.simulator.voltage import VoltageSensors
from edge_agent.acquire.samples import Channel, ChannelKind, Counts, Device, SampleBlock, Stream

Floats = NDArray[np.float64]

_DIRECTIONS = ("radial", "tangential", "axial")
_RUN_UP_S = 1.5
"""From a start-up until means are taken, s. Judgement: longer than the run-up of the motors that are
simulated with one."""


class _StreamChain:
    """One stream from values at steps to counts: sampler, faults, converter."""

    def __init__(
        self, stream: Stream, sampler: Sampler, faults: StreamFaults, converter: Converter | TwoConverters
    ) -> None:
        self.stream = stream
        self.faults = faults
        self.scans = 0
        self._sampler = sampler
        self._converter = converter
        self._made: list[Counts] = []
        self._waiting = 0
        self._clipped = False

    def push(self, values: Floats) -> None:
        """Take values (channels, steps) and keep the counts of the scans within."""
        scans = self._sampler.read(values)
        first = self.scans + self._waiting
        scans = self.faults.on_values(scans, first)
        counts, clipped = self._converter.convert(scans)
        self._made.append(self.faults.on_counts(counts, first))
        self._waiting += len(counts)
        self._clipped |= clipped

    def has(self, scans: int) -> bool:
        """True if scans up to number `scans` are there."""
        return self.scans + self._waiting >= scans

    def take(self, until: int) -> SampleBlock:
        """Return the scans from the last one taken up to number `until`."""
        made = cast(Counts, np.concatenate(self._made))
        wanted = until - self.scans
        block = SampleBlock(self.stream.number, self.scans, made[:wanted], clipped=self._clipped)
        self._made = [made[wanted:]]
        self._waiting -= wanted
        self.scans = until
        self._clipped = False
        return block


class LiveMotor:
    """Runs a scenario without end; its counts do not depend on the pieces in which they are requested.

    The constructor runs the motor until it is steady, so that the first scan shows a motor that has been
    running (or, for a scenario with a start-up, one at rest).
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        rate_hz = step_rate_hz(scenario)
        self._every = _vibration_decimation(scenario, rate_hz)
        self._train = PowerTrain(scenario, rate_hz)
        self._step = 0 if scenario.start_up_s is not None else -WARM_UP_BLOCKS * round(BLOCK_S * rate_hz)
        daq, motor, seed = scenario.daq, scenario.motor, scenario.seed
        highest_hz = 0.5 * daq.current_rate_hz if daq.anti_alias else np.inf
        self._lines = StatorLines(scenario.vibration, scenario.supply, motor, rate_hz, highest_hz, seed)
        vibration_rate_hz = rate_hz / self._every
        axes = scenario.vibration_sensors.axes
        self._vibration = Vibration(scenario.vibration, motor, axes, vibration_rate_hz, seed)
        self._current_chain = CurrentChain(scenario.current_sensors, daq, motor, rate_hz)
        voltage = scenario.voltage_sensors
        self._voltage_chain = None if voltage is None else VoltageChain(voltage, daq, rate_hz)
        self._vibration_chain = VibrationChain(scenario.vibration_sensors, daq, vibration_rate_hz, seed)
        self._streams = (
            _current_line(scenario, rate_hz, self._step),
            _vibration_line(scenario, vibration_rate_hz, self._step // self._every),
        )
        self.device = Device("simulated motor", str(seed), "", tuple(line.stream for line in self._streams))
        """The streams: 0 the currents, 1 the vibration."""
        self._elapsed_s = 0.0
        if scenario.start_up_s is None:
            self._train.settle()
            self._warm_up()
        self._train.means = Means()

    @property
    def rotor(self) -> Rotor:
        """The rotor as it is now."""
        return self._train.rotor

    @property
    def slip(self) -> float:
        """Mean slip over what was simulated since the first scan."""
        return self._train.slip()

    @property
    def line_frequency_hz(self) -> float:
        """Mean supply frequency over what was simulated since the first scan."""
        return self._train.line_frequency_hz()

    @property
    def load(self) -> float:
        """Mean shaft torque since the first scan, per unit of the rated torque."""
        return self._train.load()

    @property
    def power_w(self) -> float:
        """Mean electrical power since the first scan, W."""
        return self._train.power_w()

    def forget_means(self) -> None:
        """Restart the means of slip, frequency and load."""
        self._train.means = Means()

    def advance(self, duration_s: float) -> list[SampleBlock]:
        """Run on by `duration_s`; return the new scans, one block per stream that has any."""
        self._elapsed_s += duration_s
        until = [int(self._elapsed_s * line.stream.rate_hz + 1e-6) for line in self._streams]
        while not all(line.has(n) for line, n in zip(self._streams, until, strict=True)):
            for line, values in zip(self._streams, self._block(), strict=True):
                line.push(values)
        return [line.take(n) for line, n in zip(self._streams, until, strict=True) if n > line.scans]

    def break_bars(self, count: int) -> None:
        """Break `count` bars in all, side by side, from the next block on."""
        cage = replace(self.scenario.cage, positions=None)
        self.scenario = replace(self.scenario, broken_bars=count, cage=cage)
        self._train.rotor = make_rotor(self.scenario)

    def _block(self) -> tuple[Floats, Floats]:
        """Simulate a block: sensor signals at steps, of both streams, (channels, n) and (axes, n / every)."""
        start = self.scenario.start_up_s
        if start is not None and self._train.time_s < start + _RUN_UP_S:
            self.forget_means()
        block = self._train.advance()
        output, phase = block.output, block.phase
        currents = self._lines.phase_currents(output.fields, output.shaft[1], phase, self._step)
        self._step += phase.size
        fewer = slice(None, None, self._every)
        fields, shaft = output.fields[:, fewer], output.shaft[:, fewer]
        rotor = self._train.rotor
        shaking = self._vibration.advance(
            np.ascontiguousarray(fields),
            np.ascontiguousarray(shaft),
            np.ascontiguousarray(phase[fewer]),
            rotor.damaged,
            rotor.shrink,
        )
        measured = self._current_chain.run(currents)
        if self._voltage_chain is not None:
            measured = np.concatenate([measured, self._voltage_chain.run(block.voltage)])
        return measured, self._vibration_chain.run(shaking)

    def _warm_up(self) -> None:
        """Run until the filters have settled, and learn the peaks to which clipping is relative."""
        values: tuple[Floats, Floats] | None = None
        for _ in range(WARM_UP_BLOCKS):
            values = self._block()
            for line, block in zip(self._streams, values, strict=True):
                line.faults.learn_peaks(block)
                line.push(block)


def _vibration_decimation(scenario: Scenario, rate_hz: float) -> int:
    """Return the steps of the machine per step of the vibration, a divisor of those of a block."""
    slowest = max(MIN_STEP_RATE_HZ, 2.0 * scenario.daq.vibration_rate_hz)
    steps = round(BLOCK_S * rate_hz)
    return max(k for k in range(1, int(rate_hz / slowest) + 1) if steps % k == 0)


def _current_line(scenario: Scenario, rate_hz: float, first_step: int) -> _StreamChain:
    sensors, daq, motor = scenario.current_sensors, scenario.daq, scenario.motor
    rng = generator(scenario.seed, "current converter")
    peak = motor.peak_current_a
    converter = Converter(sensors.full_scale * peak, daq.bits, sensors.noise * peak, rng)
    lag_s = np.array(sensors.phases_deg) / (360.0 * motor.circuit.frequency_hz)
    channels = tuple(
        Channel(f"i{p}", ChannelKind.CURRENT, "A", converter.scale, 0.0, converter.full_scale, phase=p)
        for p in "abc"
    )
    if scenario.voltage_sensors is None:
        stream = Stream(0, daq.current_rate_hz, channels)
        return _line(scenario, stream, converter, daq.skew_s * np.arange(3.0) - lag_s, rate_hz, first_step)
    voltages = _voltage_converter(scenario, scenario.voltage_sensors)
    full_scale_v = voltages.full_scale
    channels += tuple(
        Channel(f"v{p}", ChannelKind.VOLTAGE, "V", voltages.scale, 0.0, full_scale_v, phase=p)
        for p in (("ab", "bc", "ca") if scenario.voltage_sensors.between_phases else "abc")
    )
    stream = Stream(0, daq.current_rate_hz, channels)
    offsets_s = daq.skew_s * np.arange(6.0) - np.concatenate([lag_s, np.zeros(3)])
    return _line(scenario, stream, TwoConverters(converter, voltages, 3), offsets_s, rate_hz, first_step)


def _voltage_converter(scenario: Scenario, sensors: VoltageSensors) -> Converter:
    """Return the converter of the voltages."""
    peak_v = np.sqrt(2.0) * scenario.motor.circuit.phase_voltage_v
    peak_v *= np.sqrt(3.0) if sensors.between_phases else 1.0
    rng = generator(scenario.seed, "voltage converter")
    return Converter(
        float(sensors.full_scale * peak_v), scenario.daq.bits, float(sensors.noise * peak_v), rng
    )


def _vibration_line(scenario: Scenario, rate_hz: float, first_step: int) -> _StreamChain:
    sensors, daq = scenario.vibration_sensors, scenario.daq
    rng = generator(scenario.seed, "vibration converter")
    unit, per_g = ("mm/s", VELOCITY_PER_G) if sensors.velocity else ("m/s2", GRAVITY)
    full_scale = per_g * sensors.range_g
    converter = Converter(full_scale, daq.bits, 0.0, rng)
    stream = Stream(
        1,
        daq.vibration_rate_hz,
        tuple(
            Channel(
                f"vib_{name}",
                ChannelKind.VIBRATION,
                unit,
                converter.scale,
                full_scale=full_scale,
                axis=name if name in _DIRECTIONS else None,
            )
            for name in sensors.axes
        ),
    )
    offsets = daq.skew_s * np.arange(len(sensors.axes), dtype=np.float64)
    return _line(scenario, stream, converter, offsets, rate_hz, first_step)


def _line(
    scenario: Scenario,
    stream: Stream,
    converter: Converter | TwoConverters,
    offsets_s: Floats,
    step_rate: float,
    first_step: int,
) -> _StreamChain:
    names = tuple(channel.name for channel in stream.channels)
    faults = StreamFaults(scenario.sensor_faults, names, stream.rate_hz, scenario.duration_s)
    sampler = Sampler(
        step_rate,
        stream.rate_hz,
        offsets_s,
        first_step=first_step,
        clock_error_ppm=scenario.daq.clock_error_ppm,
        jitter_s=scenario.daq.jitter_s,
        lost=faults.lost,
        rng=generator(scenario.seed, f"jitter {stream.number}"),
    )
    return _StreamChain(stream, sampler, faults, converter)

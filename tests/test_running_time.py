"""Hours count samples with current, whatever comes between; starts and hours outlive restarts and damage."""

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from plates import PLATE

from calibration.simulator.conditions import CurrentSensors, LoadCondition
from calibration.simulator.live import LiveMotor
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.samples import Channel, ChannelKind, Device, SampleBlock, Stream
from edge_agent.figures import RunningTime
from edge_agent.running_time import FILE_VERSION, RunningMeter
from edge_agent.state_file import StateFile
from edge_agent.windows.sliding import Window, Windows

RATE_HZ = 500.0
DEVICE = Device(
    "d",
    "",
    "",
    (Stream(0, RATE_HZ, tuple(Channel(f"i{p}", ChannelKind.CURRENT, "A", 0.01, phase=p) for p in "abc")),),
)
PART_H = 0.05 / 3600
RATED_A = PLATE.rated_current_a


class Clock:
    """A clock that a test sets."""

    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "state" / "running_time.json"


def a_meter(path: Path, clock: Clock | None = None) -> RunningMeter:
    return RunningMeter(PLATE, StateFile(path, FILE_VERSION), clock or Clock())


def drawn(
    length_s: float, rms_a: float, first_s: float = 0.0, rate_hz: float = RATE_HZ
) -> Iterator[SampleBlock]:
    """Blocks of a tenth of a second of a motor that draws so much."""
    scans = round(0.1 * rate_hz)
    begin = round(first_s * rate_hz)
    for first in range(begin, begin + round(length_s * rate_hz), scans):
        seconds = (first + np.arange(scans)) / rate_hz
        phases = np.array([0.0, -2 * np.pi / 3, 2 * np.pi / 3])
        currents = rms_a * np.sqrt(2) * np.cos(2 * np.pi * 60.0 * seconds[:, np.newaxis] + phases)
        yield SampleBlock(0, first, np.rint(currents / 0.01).astype(np.int16))


def windows_of(
    *stretches: Iterator[SampleBlock], length_s: float = 4.0, step_s: float = 1.0
) -> Iterator[Window]:
    windows = Windows(length_s, step_s)
    windows.configure(DEVICE)
    for stretch in stretches:
        for block in stretch:
            yield from windows.push(block)


def after(meter: RunningMeter, windows: Iterator[Window]) -> RunningTime:
    for window in windows:
        meter.take(window)
    return meter.time


@pytest.mark.parametrize(
    ("length_s", "step_s"), [(4.0, 1.0), (4.0, 4.0), (0.5, 0.1), (12.0, 2.0), (3.0, 0.7)]
)
def test_each_sample_counts_once_however_windows_overlap(path: Path, length_s: float, step_s: float) -> None:
    windows = windows_of(
        drawn(12.0, 0.0), drawn(24.0, RATED_A, 12.0), drawn(20.0, 0.0, 36.0), length_s=length_s, step_s=step_s
    )
    found = after(a_meter(path), windows)
    assert found.running_hours == pytest.approx(24.0 / 3600, abs=2 * PART_H)
    assert found.starts == 1


@settings(max_examples=25, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.tuples(st.booleans(), st.integers(2, 12)), min_size=1, max_size=6))
def test_hours_are_those_of_the_current(path: Path, stretches: list[tuple[bool, int]]) -> None:
    blocks, now_s = [], 0.0
    for is_on, length_s in [*stretches, (False, 4)]:
        blocks.append(drawn(length_s, RATED_A if is_on else 0.0, now_s))
        now_s += length_s
    found = after(a_meter(path), windows_of(*blocks))
    true_s = sum(length_s for is_on, length_s in stretches if is_on)
    edges = 2 * len(stretches)
    assert found.running_hours * 3600 == pytest.approx(true_s, abs=0.05 * edges + 0.01)


def test_the_limit_is_that_of_a_motor_that_is_off(path: Path) -> None:
    assert after(a_meter(path), windows_of(drawn(8.0, 0.045 * RATED_A))).running_hours == 0
    assert after(a_meter(path), windows_of(drawn(8.0, 0.055 * RATED_A))).running_hours > 0


def test_a_time_without_samples_does_not_count(path: Path) -> None:
    windows = windows_of(drawn(20.0, RATED_A), drawn(20.0, RATED_A, 3600.0))
    found = after(a_meter(path), windows)
    assert found.running_hours == pytest.approx(40.0 / 3600, abs=3 * PART_H)
    assert found.starts == 0


def test_a_motor_that_ran_up_while_no_samples_came_has_started(path: Path) -> None:
    found = after(a_meter(path), windows_of(drawn(20.0, 0.0), drawn(20.0, RATED_A, 3600.0)))
    assert (found.starts, found.last_start_s) == (1, None)


def test_windows_that_were_skipped_cost_their_time_and_no_more(path: Path) -> None:
    windows = list(windows_of(drawn(40.0, RATED_A)))
    meter = a_meter(path)
    found = after(meter, iter(windows[:5] + windows[20:]))
    assert found.running_hours == pytest.approx((8.0 + 20.0) / 3600, abs=4 * PART_H)


def test_a_device_that_counts_anew_goes_on(path: Path) -> None:
    meter = a_meter(path)
    for _ in range(3):
        after(meter, windows_of(drawn(10.0, RATED_A)))
    assert meter.time.running_hours == pytest.approx(30.0 / 3600, abs=6 * PART_H)
    assert meter.time.starts == 0


def test_windows_without_usable_currents_count_nothing(path: Path) -> None:
    meter = a_meter(path)
    for window in windows_of(drawn(8.0, RATED_A)):
        (stream,) = window.streams
        meter.take(replace(window, streams=(replace(stream, dead=(0, 1, 2)),)))
        meter.take(replace(window, streams=(replace(stream, valid=np.zeros(stream.valid.size, bool)),)))
        meter.take(replace(window, streams=(replace(stream, stream=replace(stream.stream, rate_hz=100.0)),)))
        meter.take(
            replace(window, streams=(replace(stream, counts=stream.counts[:, :9], valid=stream.valid[:9]),))
        )
    assert meter.time == RunningTime()


def test_an_orderly_stop_keeps_everything(path: Path) -> None:
    meter = a_meter(path)
    before = after(
        meter, windows_of(drawn(4.0, 0.0), drawn(1.0, 6 * RATED_A, 4.0), drawn(20.0, RATED_A, 5.0))
    )
    meter.save()
    assert before.starts == 1
    assert before.last_start_s == pytest.approx(1.0, abs=0.06)
    assert a_meter(path).time == before


def test_hours_over_many_restarts_are_right_within_a_minute(path: Path) -> None:
    """Each life sees the motor for 30 s; it stops up to a step after its last window."""
    for _ in range(10):
        meter = a_meter(path)
        after(meter, windows_of(drawn(30.9, RATED_A)))
        meter.save()
    assert a_meter(path).time.running_hours * 3600 == pytest.approx(309.0, abs=10.0)


def test_a_power_cut_costs_at_most_an_hour(path: Path) -> None:
    """The clock goes a hundred times as fast as the samples."""
    clock = Clock()
    meter, written = a_meter(path, clock), []
    for window in windows_of(drawn(100.0, RATED_A)):
        clock.now_s += 100.0
        meter.take(window)
        on_disk_h = json.loads(path.read_text())["running_hours"] if path.exists() else 0.0
        written.append(meter.time.running_hours - on_disk_h)
    assert path.exists()
    assert max(written) * 3600 <= 36.0 + 4.0


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\0" * 80,
        "[]",
        '{"version": 1}',
        '{"version": 99, "running_hours": 1, "starts": 1, "last_start_s": null}',
        '{"version": 1, "running_hours": NaN, "starts": 1, "last_start_s": null}',
        '{"version": 1, "running_hours": -1, "starts": 1, "last_start_s": null}',
        '{"version": 1, "running_hours": 1, "starts": 1.5, "last_start_s": null}',
        '{"version": 1, "running_hours": 1e999, "starts": 1, "last_start_s": 3}',
    ],
)
def test_a_file_that_cannot_be_used_is_put_aside_and_counting_begins_anew(
    path: Path, text: str, caplog: pytest.LogCaptureFixture
) -> None:
    path.parent.mkdir()
    path.write_text(text)
    meter = a_meter(path)
    assert meter.time == RunningTime()
    assert path.with_name("running_time.json.unusable").read_text() == text
    assert len(caplog.records) == 1
    assert "\n" not in caplog.records[0].getMessage()
    meter.save()
    assert a_meter(path).time == RunningTime()


def test_a_disk_that_takes_nothing_stops_no_counting(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file where the folder should be")
    meter = a_meter(tmp_path / "state" / "running_time.json")
    after(meter, windows_of(drawn(10.0, RATED_A)))
    meter.save()
    assert meter.time.running_hours > 0


@pytest.mark.parametrize("inertia", [3.0, 20.0])
def test_the_start_of_a_simulated_motor_lasts_as_long_as_its_current_says(path: Path, inertia: float) -> None:
    """The true duration is that of the currents before the sensors, smoothed over a period of the line."""
    scenario = Scenario(
        seed=1_000_071,
        load=0.6,
        duration_s=20.0,
        start_up_s=6.3,
        driven=LoadCondition(inertia_ratio=inertia),
        current_sensors=CurrentSensors(full_scale=12.0),
    )
    motor = LiveMotor(scenario)
    steps: list[np.ndarray] = []
    run = motor._current_chain.run
    motor._current_chain.run = lambda values: run(steps.append(values.copy()) or values)  # type: ignore
    windows = Windows(12.0, 2.0)
    windows.configure(motor.device)
    meter = RunningMeter(scenario.motor.nameplate, StateFile(path, FILE_VERSION))
    for _ in range(200):
        for block in motor.advance(0.1):
            for window in windows.push(block):
                meter.take(window)
    true_s = duration_s(np.concatenate(steps, axis=1))
    assert meter.time.starts == 1
    assert meter.time.last_start_s == pytest.approx(true_s, abs=0.1)
    assert meter.time.running_hours * 3600 == pytest.approx(20.0 - 6.3, abs=0.2)


def duration_s(currents_a: np.ndarray, step_rate_hz: float = 20_000.0) -> float:
    """Time from the first current until the rms stays within 30 % of its last value."""
    power = np.square(currents_a).mean(axis=0)
    period = round(step_rate_hz / 60)
    rms = np.sqrt(np.convolve(power, np.ones(period) / period, mode="valid"))
    onset = int(np.flatnonzero(power > 1e-3)[0])
    last = float(rms[-1000:].mean())
    away = np.flatnonzero((rms > 1.3 * last) | (rms < last / 1.3))
    return (float(away[-1]) - onset) / step_rate_hz


VOLTS = tuple(Channel(f"v{p}", ChannelKind.VOLTAGE, "V", 0.01, phase=p) for p in "abc")


def metered(length_s: float, rms_a: float, direction: float = 1.0, first_s: float = 0.0) -> Iterator[Window]:
    """Windows of a motor that draws `rms_a` at 230 V and cos phi 1."""
    streams = (Stream(0, RATE_HZ, (*DEVICE.streams[0].channels, *VOLTS)),)
    windows = Windows(4.0, 1.0)
    windows.configure(replace(DEVICE, streams=streams))
    for block in drawn(length_s, rms_a, first_s):
        voltages = np.rint(block.counts * (direction * 230.0 / rms_a)).astype(np.int32)
        both = np.concatenate([block.counts.astype(np.int32), voltages], axis=1)
        yield from windows.push(replace(block, counts=both))


def test_energy_is_counted_once_and_goes_on_over_a_restart(path: Path) -> None:
    meter = a_meter(path)
    for window in metered(60.0, RATED_A):
        meter.take(window)
    expected_kwh = 3 * 230.0 * RATED_A / 1000 * 60.0 / 3600
    assert meter.time.energy_kwh == pytest.approx(expected_kwh, rel=0.01)
    meter.save()
    again = a_meter(path)
    assert again.time == meter.time
    for window in metered(60.0, RATED_A):
        again.take(window)
    assert again.time.energy_kwh == pytest.approx(2 * expected_kwh, rel=0.01)


def test_energy_that_flows_back_does_not_count(path: Path) -> None:
    meter = a_meter(path)
    for window in metered(20.0, RATED_A, direction=-1.0):
        meter.take(window)
    assert meter.time.energy_kwh == 0.0


def test_without_voltages_no_energy_is_known_and_an_older_file_is_read(path: Path) -> None:
    path.parent.mkdir()
    older = {"version": FILE_VERSION, "running_hours": 7.0, "starts": 2, "last_start_s": None}
    path.write_text(json.dumps(older))
    meter = a_meter(path)
    assert meter.time == RunningTime(7.0, 2, None, None)
    for window in windows_of(drawn(10.0, RATED_A)):
        meter.take(window)
    assert meter.time.energy_kwh is None

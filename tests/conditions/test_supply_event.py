"""Events of the supply: by the currents of simulated motors, and by the frequency."""

from dataclasses import replace

import numpy as np
import pytest
from current_windows import PLATE, RATED_A, a_current_window, balanced, finding, seen

from calibration.simulator.conditions import Daq, LoadStep, Sag
from calibration.simulator.graded import sound_motor
from calibration.simulator.recording import simulate
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.conditions.supply_event import SupplyEvent
from edge_agent.verdict import Finding, State
from edge_agent.windows.sliding import Window, Windows

LENGTH_S = 4.0
SOUND = sound_motor(9_400_001, duration_s=LENGTH_S + 0.3)
MOTOR = SOUND.motor.nameplate


def simulated(sag: Sag | None = None, *steps: LoadStep) -> Window:
    """A window of a motor whose voltage sags, or whose load steps."""
    scenario = replace(
        SOUND,
        supply=replace(SOUND.supply, sag=sag),
        driven=replace(SOUND.driven, steps=steps),
        daq=Daq(bits=16),
    )
    recording, windows = simulate(scenario), Windows(LENGTH_S, LENGTH_S)
    windows.configure(recording.device)
    return next(window for block in replay_blocks(recording, 0.5) for window in windows.push(block))


def judged(window: Window, diagnoser: SupplyEvent | None = None) -> Finding:
    return (diagnoser or SupplyEvent(MOTOR)).judge({}, seen(window, MOTOR), None)


@pytest.mark.parametrize(
    ("depth", "quantity"), [(0.15, "voltage_sag_at_least"), (-0.15, "voltage_swell_at_least")]
)
def test_the_currents_alone_show_a_sag_and_a_swell_with_their_least_size(depth, quantity):
    found = judged(simulated(Sag(2.0, 0.5, depth)))
    assert found.state is State.SUPPLY_EVENT
    size = found.measured[0]
    assert size.quantity == quantity
    assert 0.5 * abs(depth) < size.value < abs(depth)
    assert size.witness == "it began 2.0 s into its window and lasted 0.50 s"


def test_a_load_that_drops_to_a_tenth_and_comes_back_is_no_sag():
    found = judged(simulated(None, LoadStep(2.0, 0.1), LoadStep(2.5, 10.0)))
    assert found.state is State.HEALTHY
    assert found.measured[0].quantity == "voltage_step_at_least"
    assert found.measured[0].value < 0.03


def test_a_step_that_is_not_taken_back_is_refused():
    found = judged(simulated(Sag(3.0, 5.0, 0.2)))
    assert found.refusal.quantity == "voltage_step"


def test_a_sag_is_told_for_minutes_and_kept_once():
    diagnoser, window = SupplyEvent(MOTOR), simulated(Sag(2.0, 0.5, 0.2))
    judged(window, diagnoser)
    quiet = simulated()
    later = judged(replace(quiet, start_s=300.0), diagnoser)
    assert (later.state, later.measured[0].quantity) == (State.SUPPLY_EVENT, "voltage_sag_at_least")
    assert judged(replace(quiet, start_s=700.0), diagnoser).state is State.HEALTHY


def test_noise_that_would_hide_a_step_is_refused():
    window = simulated()
    stream = window.streams[0]
    quarter = stream.stream.rate_hz / MOTOR.line_frequency_hz / 4
    noise = np.random.default_rng(1).normal(0, 1, (len(stream.counts), int(stream.valid.size / quarter) + 1))
    slow = np.repeat(noise, int(quarter) + 1, axis=1)[:, : stream.valid.size]
    counts = stream.counts + (0.5 * np.abs(stream.counts).max() * slow).astype(stream.counts.dtype)
    noisy = replace(window, streams=(replace(stream, counts=counts), *window.streams[1:]))
    assert judged(noisy).refusal.quantity == "usual_direct_current"


def test_one_current_shows_no_sag_and_still_the_frequency():
    one = {"a": balanced(RATED_A)["a"]}
    assert finding(SupplyEvent(PLATE), a_current_window(one)).refusal.quantity == "current_channels"
    assert finding(SupplyEvent(PLATE), a_current_window(one, line_hz=59.2)).faulty


def test_a_motor_that_is_switched_off_within_the_window_shows_no_sag():
    window = a_current_window(balanced(RATED_A), swing=lambda seconds: np.where(seconds < 2.0, 1.0, 0.0))
    assert finding(SupplyEvent(PLATE), window).refusal.quantity == "current_a"


@pytest.mark.parametrize(("line_hz", "faulty"), [(60.0, False), (60.3, False), (60.8, True), (59.2, True)])
def test_a_frequency_beyond_one_percent_is_named(line_hz, faulty):
    found = finding(SupplyEvent(PLATE), a_current_window(balanced(RATED_A), line_hz=line_hz))
    assert found.faulty is faulty


def test_behind_a_drive_the_supply_is_not_seen():
    drive = PLATE.model_copy(update={"supply": "vfd"})
    found = finding(SupplyEvent(drive), a_current_window(balanced(RATED_A), line_hz=50.0))
    assert found.refusal.quantity == "supply"

"""Make edge_agent/conditions/EXAMPLES.md: what is said of each condition, of simulated motors that have it.

    PYTHONPATH=. python tests/conditions/make_examples.py

Each motor is one of `simulator.graded`; its normal comes from a sound minute of it. The findings are those of
one window, as `edge-agent replay --json` prints them.
"""

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from calibration.simulator.conditions import Daq
from calibration.simulator.graded import CONDITIONS, bearing_geometry, sound_motor, with_condition
from calibration.simulator.noise import generator
from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import replay_blocks
from edge_agent.bearings import Bearing
from edge_agent.circuit import fit_circuit
from edge_agent.conditions.monitor import Conditions
from edge_agent.conditions.normal import Normal, make_normal
from edge_agent.conditions.registry import DIAGNOSERS
from edge_agent.conditions.seen import see
from edge_agent.conditions.words import WORDS
from edge_agent.diagnose.model import Model
from edge_agent.motor import Nameplate
from edge_agent.pipeline import Pipeline
from edge_agent.publish.documents import Diagnosis, Origin
from edge_agent.publish.json_values import Payload
from edge_agent.publish.payloads import payload_of
from edge_agent.verdict import Fault, Verdict
from edge_agent.windows.sliding import Window, Windows

FILE = Path(__file__).parents[2] / "edge_agent" / "conditions" / "EXAMPLES.md"
WINDOW_S, NORMAL_WINDOWS = 6.0, 6
"""Length of a window, and how many the normal rests on: it takes five."""
NUMBER = 9_600_000
"""The motor."""
_ORIGIN = Origin("agent", "motor", "model", "0" * 64)


@dataclass(frozen=True, slots=True)
class Example:
    """A condition, and the simulated motor that has it."""

    fault: Fault
    """What is found."""
    condition: str | None
    """What the simulator adds, by its name; None for a motor that is switched on again and again."""
    size: float = 0.0
    """How much of it, in the simulator's unit."""
    windows: int = 1
    """Windows of the recording: events come late, and a stall counts from 12 s."""
    again_s: tuple[float, int] = (0.0, 0)
    """The window comes again after so many seconds, so often: heat and starts add up."""
    by_normal: bool = True
    """False where no normal of the motor is needed."""


EXAMPLES = (
    Example(Fault.PHASE_LOSS, "phase_loss", 0.3, by_normal=False),
    Example(Fault.PHASE_UNBALANCE, "supply_unbalance", 0.025, by_normal=False),
    Example(Fault.STATOR_ASYMMETRY, "turn_short", 0.03),
    Example(Fault.LOCKED_ROTOR, "locked_rotor", 1.0, windows=3, by_normal=False),
    Example(Fault.OVERLOAD, "overload", 1.3, again_s=(WINDOW_S, 100), by_normal=False),
    Example(Fault.UNDERLOAD, "underload", 0.15),
    Example(Fault.STARTS, None, again_s=(120.0, 29), by_normal=False),
    Example(Fault.SUPPLY_EVENT, "sag", 0.2, windows=2, by_normal=False),
    Example(Fault.BEARING_OUTER, "bearing_outer", 20.0),
    Example(Fault.BEARING_INNER, "bearing_inner", 20.0),
    Example(Fault.BEARING_BALL, "bearing_ball", 20.0),
    Example(Fault.BEARING_UNKNOWN, "bearing_outer", 20.0),
    Example(Fault.UNBALANCE, "unbalance", 10.0),
    Example(Fault.MISALIGNMENT, "misalignment", 15.0),
    Example(Fault.LOOSENESS, "looseness", 1.0),
    Example(Fault.VIBRATION_ZONE, "unbalance", 10.0, by_normal=False),
)
"""One for each condition."""


def said(example: Example) -> Payload:
    """Return what the agent says of the condition of an example."""
    scenario = sound_motor(NUMBER, 0, NORMAL_WINDOWS * WINDOW_S + 0.3)
    scenario = replace(scenario, daq=Daq(bits=16))
    plate, model = _plate(example, scenario), Model.load("builtin")
    normal = _normal(plate, scenario, model) if example.by_normal else None
    conditions = Conditions(plate, normal=normal)
    pipeline = Pipeline(plate, model, WINDOW_S, WINDOW_S, conditions=conditions)
    judged = [(window, *pipeline.judge(window)) for window in _windows(_with_condition(example, scenario))]
    window, analysis, verdict = judged[-1]
    assert verdict.window is not None
    others = verdict.others
    step_s, times = example.again_s
    for k in range(1, times + 1):
        later = replace(window, start_s=window.start_s + k * step_s, streams=window.streams[:1])
        others = conditions.judge(later, analysis, verdict.window, pipeline.failures.failed)
    return _payload(replace(verdict, others=others))[str(example.fault)]


def _payload(verdict: Verdict) -> dict[str, Payload]:
    findings = payload_of(Diagnosis(_ORIGIN, verdict, 0.0))["findings"]
    assert isinstance(findings, dict)
    return findings


def _plate(example: Example, scenario: Scenario) -> Nameplate:
    plate = scenario.motor.nameplate.model_dump(exclude_none=True) | {"support": "rigid"}
    if example.fault is not Fault.BEARING_UNKNOWN:
        geometry = bearing_geometry(NUMBER)
        ball_mm = 100.0 * (geometry.ball_ratio or 0.0)
        bearing = Bearing(balls=geometry.balls, ball_diameter_mm=ball_mm, pitch_diameter_mm=100.0)
        plate |= {"bearing": bearing}
    return Nameplate.model_validate(plate)


def _with_condition(example: Example, sound: Scenario) -> Scenario:
    other = sound_motor(NUMBER, 1, example.windows * WINDOW_S + 0.3)
    other = replace(other, daq=sound.daq, load=sound.load)
    if example.condition is None:
        return replace(other, start_up_s=1.0)
    rng = generator(NUMBER, f"example {example.condition}")
    return with_condition(other, example.condition, example.size, rng)


def _normal(plate: Nameplate, scenario: Scenario, model: Model) -> Normal:
    diagnosers, circuit = [make(plate) for make in DIAGNOSERS], fit_circuit(plate)
    pipeline = Pipeline(plate, model, WINDOW_S, WINDOW_S)
    rows = []
    for window in _windows(scenario):
        seen = see(window, pipeline.judge(window)[0], plate, circuit)
        measured = {name: v for own in diagnosers for name, v in own.measure(seen).items()}
        rows.append((measured, seen.load))
    return make_normal(rows, 24.0)


def _windows(scenario: Scenario) -> Iterator[Window]:
    recording, windows = simulate(scenario), Windows(WINDOW_S, WINDOW_S)
    windows.configure(recording.device)
    for block in replay_blocks(recording, 0.5):
        yield from windows.push(block)


def section(example: Example) -> str:
    """Return the text of an example."""
    cause = "switched on again every two minutes"
    if example.condition is not None:
        cause = f"`{example.condition}`, {CONDITIONS[example.condition].unit}: {example.size:g}"
    finding = json.dumps({str(example.fault): said(example)}, indent=1, ensure_ascii=False)
    return (
        f"## {example.fault}: {WORDS[example.fault].name}\n\nSimulated: {cause}.\n\n```json\n{finding}\n```\n"
    )


HEAD = """# An example of each condition

What the agent says of simulated motors that have them, one window each. This page is made by
`python tests/conditions/make_examples.py`. The hours of the baseline are those of its default, although a
minute was simulated. The last one is refused, as no motor of the simulator has more than 15 kW.

"""


def main() -> None:
    """Write the page."""
    FILE.write_text(HEAD + "\n".join(section(example) for example in EXAMPLES), encoding="utf-8")


if __name__ == "__main__":
    main()

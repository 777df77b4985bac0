"""What the evidence alone says of a simulated recording: one window of 12 s, plate known, slip not."""

from dataclasses import dataclass

from evidence_sets import Trial, prepare

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import Recording, replay_blocks
from edge_agent.diagnose.broken_bars import judge
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analyser
from edge_agent.signals.images import ImageSpec
from edge_agent.verdict import Evidence, Refusal
from edge_agent.windows.sliding import Window, Windows

LENGTH_S = 12.0


@dataclass(frozen=True, slots=True)
class Case:
    """The truth of a recording, and what was said of it."""

    trial: Trial
    """Which recording it is."""
    broken_bars: int
    """Or cracked ones."""
    equivalent_bars: float
    """True load-compensated equivalent bars: inter-bar currents and distances included."""
    load: float
    """Per unit of the rated torque."""
    slip: float
    """True mean slip."""
    evidence: Evidence
    """What was measured."""
    claimed: bool
    """The slip and the sidebands were measured, whatever was then made of them."""
    source: str
    """Who told the slip; empty where nobody was asked."""
    answer: str
    """`broken`, `healthy`, or the reason for neither."""
    refusal: Refusal | None
    """Behind that reason."""

    @property
    def slip_error(self) -> float | None:
        """Relative error of the slip; None where none was claimed."""
        return self.evidence.slip / self.slip - 1 if self.claimed and self.evidence.slip else None

    @property
    def side(self) -> int:
        """Where the truth lies: -1 below the interval of the equivalent bars, 0 within, 1 above."""
        lowest, highest = self.evidence.equivalent_bars_interval or (0.0, 0.0)
        return (self.equivalent_bars > highest) - (self.equivalent_bars < lowest)

    def __str__(self) -> str:
        found = self.evidence
        lowest, highest = found.equivalent_bars_interval or (None, None)
        why = f" [{self.refusal.quantity} {_figure(self.refusal.value, 3)}]" if self.refusal else ""
        return (
            f"{self.trial.kind}, seed {self.trial.seed}, {self.broken_bars} bars, load {self.load:.3f}: "
            f"{self.answer}{why}; bars {self.equivalent_bars:.2f} true, {_figure(found.equivalent_bars)} "
            f"({_figure(lowest)}..{_figure(highest)}, limit {_figure(found.detection_limit_bars)}); slip "
            f"{self.slip:.5f} true, {_figure(found.slip, 5)} ({self.source or 'not looked for'}); "
            f"angle {_figure(found.ellipse_angle_deg, 0)} deg"
        )


def measure(trial: Trial) -> Case:
    """Make a recording and judge it."""
    scenario, spoil = prepare(trial)
    recording = simulate(scenario)
    analysis = Analyser(plate_of(scenario), ImageSpec()).analyse(spoil(window_of(recording)))
    claimed = analysis.refusal is None and analysis.pair is not None
    opinion = judge(analysis.evidence, analysis.pair) if claimed and analysis.pair else None
    refusal = analysis.refusal
    if opinion is not None:
        refusal = opinion.refusal or analysis.doubt(opinion.broken)
    said = "broken" if opinion and opinion.broken else "healthy"
    return Case(
        trial=trial,
        broken_bars=scenario.broken_bars,
        equivalent_bars=recording.meta["equivalent_bars"],
        load=scenario.load,
        slip=recording.meta["slip"],
        evidence=analysis.evidence,
        claimed=claimed,
        source=analysis.slips.source if analysis.slips else "",
        answer=str(refusal.reason) if refusal else said,
        refusal=refusal,
    )


def plate_of(scenario: Scenario) -> Nameplate:
    """Give the plate as whoever installs the agent writes it."""
    supply = "vfd" if scenario.supply.drive else "grid"
    return scenario.motor.nameplate.model_copy(update={"supply": supply})


def window_of(recording: Recording) -> Window:
    """Give the first window of a recording."""
    windows = Windows(LENGTH_S, LENGTH_S)
    windows.configure(recording.device)
    return next(w for block in replay_blocks(recording, 0.1) for w in windows.push(block))


def _figure(value: float | None, digits: int = 2) -> str:
    return "none" if value is None else f"{value:.{digits}f}"

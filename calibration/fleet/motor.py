"""A simulated motor: what an agent says of it, as the agent's own documents."""

import random
from dataclasses import fields, replace

from edge_agent import __version__
from edge_agent.alarm import LatchedAlarm
from edge_agent.baseline.status import BaselineState, BaselineStatus
from edge_agent.figures import Figures, RunningTime
from edge_agent.motor import Nameplate
from edge_agent.outlook import Outlook
from edge_agent.publish.documents import (
    Alarm,
    Baseline,
    Event,
    Health,
    Info,
    Measurements,
    Origin,
    State,
    Trend,
)
from edge_agent.summary import advise, summarise
from edge_agent.verdict import BarCount, Evidence, Fault, Severity, Verdict, WindowSpan
from edge_agent.verdict import State as Answer

_PLATE = Nameplate(
    rated_power_kw=0.75,
    rated_voltage_v=220,
    rated_current_a=2.98,
    line_frequency_hz=60,
    poles=4,
    rated_speed_rpm=1715,
)
"""The motor of deploy/edge-agent.example.yaml."""
_WINDOW_S = 12.0
"""Length of a window, the default of the configuration."""
_RATE_HZ = 8000
"""Scans per second of a usual DAQ. Judgement: only digits of the payload depend on it."""
_EVIDENCE = Evidence(
    line_frequency_hz=60.0,
    slip=0.0321,
    load=0.75,
    lower_sideband_dbc=-61.2,
    upper_sideband_dbc=-63.9,
    noise_floor_dbc=-78.4,
    detection_limit_dbc=-70.1,
    detection_limit_bars=0.081,
    modalities_agree=True,
    equivalent_bars=0.12,
    equivalent_bars_interval=(0.05, 0.2),
    equivalent_bars_by="sidebands",
    current_unbalance=0.0112,
    phase_order="abc",
    higher_sidebands_dbc=(-74.0, -77.5),
    harmonics_dbc=(-31.0, -40.2),
    harmonic_sidebands_dbc=(-69.9, -72.3),
    baseline_bars=0.11,
)
"""What a sound motor of that plate shows at three quarters of its load, as in the demo; judgement."""


class SimulatedMotor:
    """One motor: sound, until `break_bar`."""

    def __init__(self, agent: str, motor: str, seed: int) -> None:
        """Begin with a sound rotor; the seed decides how its figures vary."""
        self._chance = random.Random(seed)
        self._origin = Origin(agent, motor, "broken_bars", "0" * 64)
        self._agent = agent
        self._number = 0
        self._latched: LatchedAlarm | None = None
        self.motor = motor
        """Its id."""

    def state(self, unix_s: float) -> State:
        """Return its state now."""
        return State(self._origin, self._verdict(unix_s), unix_s)

    def alarm(self, unix_s: float) -> Alarm:
        """Return its latched alarm."""
        return Alarm(self._origin, self._latched, unix_s)

    def baseline(self, unix_s: float) -> Baseline:
        """Return its baseline, learned."""
        bins = {"0.5-0.75": 0.11, "0.75-1": 0.12}
        status = BaselineStatus(BaselineState.LEARNED, progress=1.0, hours=24.0, reference_bars=bins)
        return Baseline(self._origin, status, unix_s)

    def trend(self, unix_s: float) -> Trend:
        """Return how it develops: not known yet."""
        return Trend(self._origin, Outlook(), unix_s)

    def info(self, unix_s: float) -> Info:
        """Return its plate."""
        return Info(self._origin, _PLATE.model_copy(update={"id": self.motor}), None, (), (), unix_s)

    def measurements(self, unix_s: float) -> Measurements:
        """Return its ordinary figures."""
        current_a = {phase: self._chance.uniform(2.2, 2.4) for phase in "abc"}
        figures = Figures(True, current_a, 0.011, 60.0, 1742.2, 0.0321, 0.75, thd=0.031)
        return Measurements(self._origin, figures, RunningTime(1234.5, 87, 1.9), unix_s)

    def health(self, unix_s: float) -> Health:
        """Return how its agent is: well."""
        said: dict[str, object] = {field.name: 0 for field in fields(Health)}
        said |= {"agent": self._agent, "unix_s": unix_s, "version": __version__, "model_sha256": "0" * 64}
        said |= {"source": None, "state_folder": None, "self_test_problem": None, "clock_set": True}
        said |= {"refusal_share": {"load_too_low": 0.02}, "last_verdict_age_s": 1.2}
        return Health(**said)  # type: ignore[arg-type]

    def break_bar(self, unix_s: float) -> Event:
        """Have two bars broken from now on; return the event."""
        before = self._verdict(unix_s)
        self._number = max(self._number + 1, int(unix_s * 1000))
        self._latched = self._alarm_of(unix_s)
        return Event(self._origin, before, self._verdict(unix_s), unix_s, self._number)

    def repair(self, unix_s: float) -> Event:
        """Have a sound rotor from now on; return the event."""
        before = self._verdict(unix_s)
        self._number = max(self._number + 1, int(unix_s * 1000))
        if self._latched is not None:
            self._latched = replace(self._latched, cleared_unix_s=unix_s)
        return Event(self._origin, before, self._verdict(unix_s), unix_s, self._number)

    @property
    def is_broken(self) -> bool:
        """True if its bars are broken."""
        return self._latched is not None and self._latched.active

    def _alarm_of(self, unix_s: float) -> LatchedAlarm:
        verdict = self._broken(unix_s)
        advice = advise(verdict)
        return LatchedAlarm(
            fault=Fault.BROKEN_BARS,
            severity=Severity.ALARM,
            since_unix_s=unix_s,
            confirmed_unix_s=unix_s,
            summary=summarise(verdict),
            advice=advice.text,
            advice_code=advice.code,
            event_id=self._number,
            captured=None,
            equivalent_bars=2.1,
            load=0.75,
            looks=3,
        )

    def _verdict(self, unix_s: float) -> Verdict:
        return self._broken(unix_s) if self.is_broken else self._sound(unix_s)

    def _sound(self, unix_s: float) -> Verdict:
        return Verdict(
            state=Answer.HEALTHY,
            severity=Severity.OK,
            evidence=self._varied(0.12),
            window=self._window(unix_s),
            confidence=0.998,
            probabilities=(0.998, 0.001, 0.0005, 0.0003, 0.0002),
        )

    def _broken(self, unix_s: float) -> Verdict:
        return Verdict(
            state=Answer.BROKEN_BARS,
            severity=Severity.ALARM,
            evidence=self._varied(2.1),
            window=self._window(unix_s),
            broken_bars=BarCount(2, (2, 3), 2.1),
            confidence=0.991,
            probabilities=(0.009, 0.1, 0.7, 0.15, 0.041),
        )

    def _varied(self, bars: float) -> Evidence:
        return replace(
            _EVIDENCE,
            equivalent_bars=bars * self._chance.uniform(0.9, 1.1),
            load=self._chance.uniform(0.6, 0.9),
            slip=self._chance.uniform(0.028, 0.037),
            lower_sideband_dbc=self._chance.uniform(-64, -58),
        )

    def _window(self, unix_s: float) -> WindowSpan:
        samples = int(_WINDOW_S * _RATE_HZ)
        return WindowSpan(unix_s - _WINDOW_S, unix_s, int(unix_s) % 10**7 * _RATE_HZ, samples, 0)

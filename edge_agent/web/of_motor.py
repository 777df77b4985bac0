"""Metrics of the motor: its state and alarm, and what the newest window showed."""

from collections.abc import Callable, Iterator

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily

from edge_agent.publish.documents import Diagnosis, Info, State
from edge_agent.verdict import BAR_STATES, Severity, Verdict
from edge_agent.web.families import gauge_of_motor, one_of
from edge_agent.web.newest import Newest
from edge_agent.web.of_baseline import metrics_of_baseline
from edge_agent.web.of_conditions import metrics_of_conditions
from edge_agent.web.readiness import samples_come

_FIGURES: tuple[tuple[str, str, Callable[[Verdict], float | None]], ...] = (
    (
        "equivalent_bars",
        "Broken bars side by side that would show the sidebands of the newest window.",
        lambda verdict: verdict.evidence.equivalent_bars,
    ),
    (
        "detection_limit_bars",
        "Smallest number of equivalent bars that the newest window would have shown.",
        lambda verdict: verdict.evidence.detection_limit_bars,
    ),
    (
        "confidence_ratio",
        "Probability of the newest window's answer, 0 to 1.",
        lambda verdict: verdict.confidence,
    ),
    ("load_ratio", "Torque per unit of the rated one.", lambda verdict: verdict.evidence.load),
    ("slip_ratio", "Slip per unit of the synchronous speed.", lambda verdict: verdict.evidence.slip),
    (
        "line_frequency_hertz",
        "Frequency of the supply.",
        lambda verdict: verdict.evidence.line_frequency_hz,
    ),
    (
        "current_unbalance_ratio",
        "Negative over positive sequence of the currents.",
        lambda verdict: verdict.evidence.current_unbalance,
    ),
)
"""Name below `edge_agent_motor_`, meaning, and where it is in a verdict."""


_W_PER_KW = 1000.0
"""By definition."""
_J_PER_KWH = 3.6e6
"""By definition: Prometheus counts energy in joules."""


def metrics_of_motor(newest: Newest) -> Iterator[GaugeMetricFamily | CounterMetricFamily]:
    """Return what is known of the motor. What a window showed is known only as long as samples come."""
    if newest.info is not None:
        yield _plate(newest.info)
    if newest.state is not None:
        yield from _state(newest.state)
        yield from metrics_of_conditions(newest.state)
    if newest.alarm is not None:
        latched = newest.alarm.latched
        active = latched is not None and latched.active
        yield gauge_of_motor("alarm_active", "1 while there is an alarm.", newest.alarm.origin.motor, active)
    if newest.diagnosis is not None:
        yield gauge_of_motor(
            "last_verdict_timestamp_seconds",
            "Unix time of the newest verdict on a window.",
            newest.diagnosis.origin.motor,
            newest.diagnosis.unix_s,
        )
    if samples_come(newest):
        yield from _window(newest.diagnosis)
        yield from _speed(newest)
        yield from _electrical(newest)
    yield from _energy(newest)
    yield from metrics_of_baseline(newest.baseline, newest.trend)


def _plate(info: Info) -> GaugeMetricFamily:
    """Return the plate as labels, with the names that it has in the YAML file."""
    plate = info.nameplate
    labels = {
        "motor": info.origin.motor,
        "rated_power_kw": f"{plate.rated_power_kw:g}",
        "rated_current_a": f"{plate.rated_current_a:g}",
        "rated_speed_rpm": f"{plate.rated_speed_rpm:g}",
        "line_frequency_hz": f"{plate.line_frequency_hz:g}",
        "poles": str(plate.poles),
    }
    family = GaugeMetricFamily(
        "edge_agent_motor_info", "The motor's nameplate; always 1.", labels=tuple(labels)
    )
    family.add_metric(tuple(labels.values()), 1)
    return family


def _state(state: State) -> Iterator[GaugeMetricFamily]:
    """Return each state and severity there is, 1 for the present one and 0 for the others."""
    motor, verdict = state.origin.motor, state.verdict
    yield one_of("state", "1 for the state that the motor is in.", motor, "state", BAR_STATES, verdict.state)
    meaning = "1 for the severity of the state; all are 0 while there is no answer."
    yield one_of("severity", meaning, motor, "severity", Severity, verdict.severity)


def _window(diagnosis: Diagnosis | None) -> Iterator[GaugeMetricFamily]:
    if diagnosis is None:
        return
    motor, verdict = diagnosis.origin.motor, diagnosis.verdict
    for name, meaning, figure in _FIGURES:
        value = figure(verdict)
        if value is not None:
            yield gauge_of_motor(name, meaning, motor, value)
    sidebands = GaugeMetricFamily(
        "edge_agent_motor_sideband_level_dbc",
        "Level of the sideband beside the line, decibels against the line.",
        labels=("motor", "side"),
    )
    evidence = verdict.evidence
    for side, level_dbc in (("lower", evidence.lower_sideband_dbc), ("upper", evidence.upper_sideband_dbc)):
        if level_dbc is not None:
            sidebands.add_metric((motor, side), level_dbc)
    if sidebands.samples:
        yield sidebands


def _speed(newest: Newest) -> Iterator[GaugeMetricFamily]:
    measured = newest.measurements
    if measured is not None and measured.figures.speed_rpm is not None:
        yield gauge_of_motor(
            "speed_rpm", "Speed of the shaft.", measured.origin.motor, measured.figures.speed_rpm
        )


def _electrical(newest: Newest) -> Iterator[GaugeMetricFamily]:
    """Return what voltages tell, where there are any."""
    measured = newest.measurements
    if measured is None:
        return
    motor, figures = measured.origin.motor, measured.figures
    if figures.voltage_v:
        voltages = GaugeMetricFamily(
            "edge_agent_motor_voltage_volts",
            "Voltage, rms, of a phase to neutral or between two phases.",
            labels=("motor", "phase"),
        )
        for phase, volts in figures.voltage_v.items():
            voltages.add_metric((motor, phase), volts)
        yield voltages
    if figures.power_kw is not None:
        yield gauge_of_motor(
            "power_watts", "Active power of all phases.", motor, _W_PER_KW * figures.power_kw
        )
    if figures.power_factor is not None:
        yield gauge_of_motor("power_factor_ratio", "Active over apparent power.", motor, figures.power_factor)


def _energy(newest: Newest) -> Iterator[CounterMetricFamily]:
    measured = newest.measurements
    if measured is not None and measured.running.energy_kwh is not None:
        family = CounterMetricFamily(
            "edge_agent_motor_energy_joules", "Energy drawn since the agent was installed.", labels=("motor",)
        )
        family.add_metric((measured.origin.motor,), _J_PER_KWH * measured.running.energy_kwh)
        yield family

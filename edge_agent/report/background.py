"""The parts on what lies behind a finding: ordinary figures, people, motor, and how the report was made."""

from edge_agent import __version__
from edge_agent.acquire.samples import Channel
from edge_agent.report.elements import Rows, number, percent, table, text
from edge_agent.report.facts import Facts, said_time
from edge_agent.signals.figures import measure_figures


def ordinary_figures(facts: Facts) -> str:
    """Return what the window shows of currents, speed and vibration, and how long the motor has run."""
    found, running = facts.decided, facts.kept.running
    figures = measure_figures(found.answer.window, found.answer.analysis, found.nameplate)
    rows: Rows = [
        ("Current, A rms", _each(figures.current_a)),
        ("Current unbalance", percent(figures.current_unbalance, 1)),
        ("Line frequency", number(figures.line_frequency_hz, 3, " Hz")),
        ("Speed", number(figures.speed_rpm, 0, " rpm")),
        ("Slip", percent(figures.slip, 2)),
        ("Load", percent(figures.load, 0, " of the rated torque")),
        ("Distortion of the current", percent(figures.thd, 1)),
        ("Vibration, mm/s rms", _each(figures.vibration_mm_s)),
        ("Running hours", None if running is None else f"{running.running_hours:.0f}"),
        ("Starts", None if running is None else f"{running.starts}"),
    ]
    return table(rows)


def who_has_seen_it(facts: Facts) -> str:
    """Return who acknowledged the alarm, and what was found."""
    alarm, other = facts.alarm, facts.kept.alarm
    if alarm is None:
        if other is None:
            return text("No state folder tells of an alarm of this recording.")
        raised = said_time(other.since_unix_s)
        return text(
            f"The alarm in the state folder is not that of this recording: it was raised at {raised}."
        )
    seen, feedback = alarm.acknowledged, alarm.feedback
    right = None if feedback is None else "right" if feedback.right else "wrong"
    rows: Rows = [
        ("Acknowledged", "by nobody yet" if seen is None else f"by {seen.by}, {said_time(seen.at_unix_s)}"),
        ("Note", None if seen is None else seen.note or None),
        ("The alarm was", None if feedback is None else f"{right}, {said_time(feedback.at_unix_s)}"),
        ("Found at the rotor", None if feedback is None else feedback.found or None),
    ]
    return table(rows)


def motor_and_channels(facts: Facts) -> str:
    """Return the nameplate and the channels."""
    plate = facts.decided.nameplate
    rows: Rows = [
        ("Power", f"{plate.rated_power_kw:g} kW"),
        ("Voltage and current", f"{plate.rated_voltage_v:g} V, {plate.rated_current_a:g} A"),
        ("Line frequency", f"{plate.line_frequency_hz:g} Hz, {plate.poles} poles"),
        ("Rated speed", f"{plate.rated_speed_rpm:g} rpm, slip {plate.rated_slip:.2%}"),
        ("Rotor bars", "not known" if plate.rotor_bars is None else f"{plate.rotor_bars}"),
        ("Supply", "mains" if plate.supply == "grid" else "variable-frequency drive"),
        *(
            (f"Channel {channel.name}", _channel(channel, stream.rate_hz))
            for stream in facts.decided.device.streams
            for channel in stream.channels
        ),
    ]
    return table(rows)


def how_it_was_made(facts: Facts) -> str:
    """Return versions, model, and whether the replayed verdict is the published one."""
    told = facts.decided.told
    other_model = told.model_sha256 not in ("", facts.model_sha256)
    rows: Rows = [
        ("Recording", facts.decided.name),
        ("Kept by version", told.version or None),
        ("Reported by version", __version__),
        ("Model", f"{facts.model_name}, sha256 {facts.model_sha256}"),
        ("Model at that time", f"another one, sha256 {told.model_sha256}" if other_model else None),
        ("Replayed verdict", _replay(facts.decided.same)),
        ("Made", said_time(facts.now_unix_s)),
        ("Could not be read", "; ".join(facts.kept.problems) or None),
    ]
    return table(rows)


def _replay(same: bool | None) -> str:
    if same is None:
        return "the recording holds none of this window to compare it with"
    return "as published" if same else "not as published: model, plate or version differ"


def _each(values: dict[str, float]) -> str | None:
    return ", ".join(f"{name} {value:.3g}" for name, value in values.items()) or None


def _channel(channel: Channel, rate_hz: float) -> str:
    phase = f", phase {channel.phase}" if channel.phase else ""
    return f"{channel.kind}{phase}, {rate_hz:g} Hz, {channel.scale:.4g} {channel.unit} per count"

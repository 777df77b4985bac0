"""What one window of samples says of the sensors and of the nameplate."""

from collections.abc import Iterator

from edge_agent.acquire.samples import ChannelKind
from edge_agent.audit.findings import PlateFinding, Sureness
from edge_agent.audit.one_window import findings_of
from edge_agent.config import Settings
from edge_agent.doctor.listener import Listener, Look
from edge_agent.doctor.result import Result, fail, ok, warn
from edge_agent.explain_channels import against_plate
from edge_agent.figures import Figures
from edge_agent.motor import Nameplate
from edge_agent.refusals.catalogue import advise_refusal, say_refusal
from edge_agent.signals.slip.range import possible_slips
from edge_agent.signals.slip.view import measured_speed_rpm
from edge_agent.verdict import WEAK_EVIDENCE, Reason

_OF_CHANNELS = (Reason.MISSING_PHASE, Reason.STUCK_CHANNEL, Reason.CLIPPED)
"""Reasons that accuse single channels."""
_OF_PLATE = (
    Reason.WRONG_SCALE,
    Reason.WRONG_LINE_FREQUENCY,
    Reason.OVERLOAD,
    Reason.SPEED_CONTRADICTED,
)
"""Reasons that accuse the plate, or what it is compared with."""
_SPEED_MARGIN = 0.003
"""Share by which a speed channel may read above the synchronous speed: as the analysis allows it."""


def check_signal(settings: Settings, listener: Listener, look: Look) -> Iterator[Result]:
    """Yield the results of channels, signal and plate."""
    channels = list(_channels(settings, listener, look))
    yield from channels or [ok("channels", "each one moves")]
    refusal = look.analysis.refusal or look.analysis.speed_doubt
    reason = None if refusal is None else refusal.reason
    found = findings_of(look.window, look.analysis, settings.motor)
    if refusal is not None and reason is Reason.MOTOR_OFF:
        advice = "start the motor, and run this again; if it runs, check scale and motor.rated_current_a"
        yield warn("plate", f"not tested: {say_refusal(refusal)}", advice)
    elif refusal is not None and reason in _OF_PLATE:
        compared = against_plate(look.analysis, refusal, settings.motor)
        line = "".join(f" Probably: {finding.yaml}" for finding in found)
        advice = f"{advise_refusal(refusal)}{line}"
        yield fail("plate", f"{say_refusal(refusal)}. {compared}".rstrip(". "), advice)
    elif (wrong := _speed(settings.motor, look)) is not None:
        yield wrong
    elif found:
        yield from (_contradicted(finding) for finding in found)
    elif refusal is None or reason in WEAK_EVIDENCE:
        yield ok("plate", f"fits: {_figures(look.figures, settings.motor)}")
    elif reason not in _OF_CHANNELS:
        yield warn("signal", say_refusal(refusal), advise_refusal(refusal))


def _channels(settings: Settings, listener: Listener, look: Look) -> Iterator[Result]:
    there = {c.name for stream in look.window.streams for c in stream.stream.channels}
    for channel in settings.device_channels():
        if channel.name not in there:
            yield fail(
                "channels", f"the DAQ has no channel {channel.name}", f"it has {', '.join(sorted(there))}"
            )
    if listener.problem is not None:
        what, _, advice = listener.problem.partition(": ")
        yield fail("channels", what, advice or "check what the DAQ sends")
    still = still_channels(look)
    refusal = look.analysis.refusal
    if still:
        yield fail(
            "channels",
            f"{', '.join(still)} always give{'' if len(still) > 1 else 's'} the same value",
            "check the sensor, its plug and its supply",
        )
    elif refusal is not None and refusal.reason in _OF_CHANNELS:
        yield fail("channels", say_refusal(refusal), advise_refusal(refusal))
    for dead in look.analysis.dead if look.figures.running else ():
        if dead.name not in still:
            yield warn(
                "channels", f"{dead.name} shows nothing of the motor: {dead.why}", "check its mounting"
            )


def still_channels(look: Look) -> list[str]:
    """Return the channels that keep one value; a speed of a steady motor may, while it is not zero."""
    found = []
    for stream in look.window.streams:
        for i, channel in enumerate(stream.stream.channels):
            counts = stream.counts[i, stream.valid]
            if counts.size < 2 or i in stream.dead or counts.min() != counts.max():
                continue
            if channel.kind is not ChannelKind.SPEED or not channel.units(counts[:1])[0]:
                found.append(channel.name)
    return found


def _speed(motor: Nameplate, look: Look) -> Result | None:
    """Return that the plate's motor cannot turn at the speed that a channel measures; None if it can."""
    speed_rpm, line_hz = measured_speed_rpm(look.window), look.figures.line_frequency_hz
    if speed_rpm is None or line_hz is None:
        return None
    synchronous_rpm = 60 * line_hz / motor.pole_pairs
    slip = 1 - abs(speed_rpm) / synchronous_rpm
    if -_SPEED_MARGIN <= slip <= possible_slips(motor).highest:
        return None
    return fail(
        "plate",
        f"the speed channel says {abs(speed_rpm):.0f} rpm: at {line_hz:.2f} Hz and {motor.poles} poles "
        f"a slip of {100 * slip:.1f} %, which this motor cannot have",
        "correct motor.poles and motor.rated_speed_rpm, or scale and pulses per turn of the speed channel",
    )


def _contradicted(finding: PlateFinding) -> Result:
    """Return what one window says against an entry; what has a rarer cause as well is a warning."""
    result = fail if finding.sure is Sureness.CERTAIN else warn
    return result("plate", f"{finding.measured}; {finding.stated}", f"write {finding.yaml}")


def _figures(figures: Figures, motor: Nameplate) -> str:
    parts = [f"{max(figures.current_a.values(), default=0):.3g} A of {motor.rated_current_a:g} A"]
    if figures.line_frequency_hz is not None:
        parts.append(f"{figures.line_frequency_hz:.2f} Hz of {motor.line_frequency_hz:g} Hz")
    if figures.speed_rpm is not None:
        parts.append(f"{figures.speed_rpm:.0f} rpm of {motor.rated_speed_rpm:g} rpm")
    return ", ".join(parts)

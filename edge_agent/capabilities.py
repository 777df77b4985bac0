"""What the available channels allow and what they do not, in plain words."""

from collections.abc import Iterable, Iterator

from edge_agent.acquire.overrides import ConfiguredChannel
from edge_agent.acquire.samples import Channel, ChannelKind, Stream
from edge_agent.circuit import fit_circuit
from edge_agent.limits import SIDEBANDS, SLIP
from edge_agent.motor import Nameplate


def capabilities(streams: tuple[Stream, ...], nameplate: Nameplate, window_s: float) -> Iterator[str]:
    """Return one sentence for each sensor or plate value that is there or missing, and what follows."""
    channels = [channel for stream in streams for channel in stream.channels]
    yield f"channels: {', '.join(c.name for c in channels)}"
    yield from _about_currents(streams)
    yield from _about_voltages(streams)
    yield from _about_speed(channels, nameplate)
    clocks = {s.number for s in streams for c in s.channels if c.kind is not ChannelKind.SPEED}
    if len(clocks) > 1:
        yield "current and vibration have separate clocks: they are compared by frequency, not by samples"
    enough_s = SIDEBANDS.min_cycles / nameplate.rated_pole_pass_hz
    if window_s < enough_s:
        yield (
            f"the window of {window_s:g} s is too short to judge this motor at rated load: "
            f"that takes {enough_s:.2g} s, and several times as long at part load"
        )
    if nameplate.rotor_bars is None:
        yield "rotor_bars is unknown: a typical number is assumed, so equivalent bars may be off by a quarter"


def _about_currents(streams: tuple[Stream, ...]) -> Iterator[str]:
    by_stream = ({p: s.channels[i] for p, i in s.phases.items()} for s in streams)
    used: dict[str, Channel] = next(filter(None, by_stream), {})
    missing = [phase for phase in "abc" if phase not in used]
    if not used:
        yield "no current channel: broken bars cannot be diagnosed, and every answer will be missing_phase"
    elif len(used) == 1:
        (only,) = used.values()
        yield (
            f"only one phase is measured ({only.name}); phases {' and '.join(missing)} are missing: "
            "unbalance and phase order are not known, and answers are less certain"
        )
    elif len(used) == 2:
        yield (
            f"phase {missing[0]} is missing: it is computed as minus the sum of the other two, "
            "which hides an earth fault"
        )
    currents = [c for stream in streams for c in stream.channels if c.kind is ChannelKind.CURRENT]
    if left_out := [c.name for c in currents if c not in used.values()]:
        yield f"ignored: {', '.join(left_out)} (no phase is stated, or another channel measures it already)"


def _about_voltages(streams: tuple[Stream, ...]) -> Iterator[str]:
    """Say what voltages add; nothing without them, for most motors have none."""
    measured = [c for stream in streams for c in stream.channels if c.kind is ChannelKind.VOLTAGE]
    if not measured:
        return
    of_currents = next((stream for stream in streams if stream.phases), None)
    own = {} if of_currents is None else of_currents.voltages
    to_neutral = sum(len(phase) == 1 for phase in own)
    if max(to_neutral, len(own) - to_neutral) >= 2:
        yield (
            "voltages: power, power factor and energy are measured, and what a drive in closed loop or an "
            "unsteady supply does to the sidebands is taken off"
        )
        return
    names = ", ".join(channel.name for channel in measured)
    yield (
        f"voltages: {names} give no power; that takes two of va, vb and vc, or two of vab, vbc and vca, in "
        "the stream of the currents"
    )


def _about_speed(channels: list[Channel], nameplate: Nameplate) -> Iterator[str]:
    if any(c.kind is ChannelKind.SPEED for c in channels):
        yield "slip comes from the speed channel"
    elif nameplate.speed_rpm is not None:
        yield f"slip comes from the speed in the configuration, {nameplate.speed_rpm:g} rpm"
    elif any(c.kind is ChannelKind.VIBRATION for c in channels):
        yield (
            "slip comes from the shaft's lines in the vibration, if they show; a vibration channel that "
            "tells nothing about the machine is named and ignored"
        )
    elif nameplate.rotor_bars is not None:
        yield (
            f"no vibration and no speed: slip comes from the slot lines of {nameplate.rotor_bars} rotor bars "
            "or the lines of the air gap in the current; if neither shows, a rotor without sidebands is "
            "refused as speed_unknown"
        )
    else:
        yield (
            "no vibration, no speed and no rotor_bars: the slip comes from the lines of the air gap in the "
            "current, if they show, and from slot lines once windows at two loads have taught the bars. Else "
            "only sidebands show the slip. Where none stand out, a rotor is called healthy if no broken bar "
            "can be hidden at any slip that the current allows. Below "
            f"{least_load_by_current(nameplate):.0%} of the rated torque the answer is speed_unknown"
        )


def tells_slip(channels: Iterable[ConfiguredChannel], nameplate: Nameplate) -> bool:
    """True if anything but the sidebands themselves shows the slip."""
    sensors = {ChannelKind.SPEED, ChannelKind.VIBRATION}
    known = nameplate.speed_rpm is not None or nameplate.rotor_bars is not None
    return known or any(channel.kind in sensors for channel in channels)


def least_load_by_current(nameplate: Nameplate) -> float:
    """Return the least load, per unit of the rated torque, at which the current alone can show the slip.

    Below it, the current may be that of an idling motor at too high a voltage: the answer is speed_unknown.
    """
    circuit = fit_circuit(nameplate)
    slip = circuit.slip_at_current(SLIP.max_over_idle * circuit.no_load_current_rms_a) or 0.0
    return circuit.load_at_slip(slip)

"""The ordinary figures of one window: currents, speed and vibration; a refused window has them, too."""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from edge_agent.figures import Figures
from edge_agent.limits import SAMPLES
from edge_agent.motor import Nameplate
from edge_agent.signals.analysis import Analysis
from edge_agent.signals.checks import quality
from edge_agent.signals.distortion import total_harmonic_distortion
from edge_agent.signals.dsp.tones import rotation
from edge_agent.signals.prepared import Line, find_line, space_vector
from edge_agent.signals.slip.view import measured_speed_rpm
from edge_agent.signals.vibration_levels import vibration_levels
from edge_agent.signals.voltage.electrical import Power, measure_power
from edge_agent.signals.voltage.negative_sequence import voltage_unbalance
from edge_agent.verdict import Reason
from edge_agent.windows.sliding import Window


@dataclass(frozen=True, slots=True)
class _Currents:
    """The phase currents that gave values."""

    phases: tuple[str, ...]
    """Which phase each row is: a, b or c."""
    samples: NDArray[np.float64]
    """(phases, n), A, without their means; zero where scans were lost."""
    valid: NDArray[np.bool_]
    """(n,), False where a scan was lost."""
    rate_hz: float
    """Scans per second."""


def measure_figures(window: Window, analysis: Analysis, nameplate: Nameplate) -> Figures:
    """Return the ordinary figures of a window; `analysis` is what else was measured in it.

    A refused window has figures, too: what is wrong with the wiring shows in them. What the analysis did not
    reach is measured here. A motor that is off has no line, so it has no slip, load or distortion, either.
    """
    currents = _currents(window, nameplate)
    is_off = analysis.refusal is not None and analysis.refusal.reason is Reason.MOTOR_OFF
    line = None if currents is None or is_off else analysis.line or _line(currents)
    current_a = {} if currents is None else _rms_a(currents, line)
    running = not is_off and max(current_a.values(), default=0.0) >= quality.off_below_a(nameplate)
    vibration = vibration_levels(window)
    power = measure_power(window.current) if window.streams else Power({})
    still = Figures(
        running=running,
        current_a=current_a,
        speed_rpm=_measured_speed_rpm(window),
        vibration_mm_s=vibration.velocity_mm_s,
        vibration_m_s2_rms=vibration.acceleration_m_s2,
        voltage_v=power.voltage_v,
        power_kw=power.power_kw,
    )
    if not running or currents is None or line is None:
        return still
    still = replace(still, power_factor=power.power_factor)
    still = replace(still, voltage_unbalance=voltage_unbalance(window.current, line.frequency_hz))
    return _of_running(still, currents, line, analysis, nameplate)


def _of_running(
    still: Figures, currents: _Currents, line: Line, analysis: Analysis, nameplate: Nameplate
) -> Figures:
    """Add what the line of a running motor shows."""
    slip = known_slip(analysis)
    speed_rpm = still.speed_rpm
    if speed_rpm is None and slip is not None:
        # Without a line, the analysis measured the slip from the frequency of the plate.
        line_hz = nameplate.line_frequency_hz if analysis.line is None else line.frequency_hz
        speed_rpm = (1 - slip) * 60 * line_hz / nameplate.pole_pairs
    return replace(
        still,
        current_unbalance=line.unbalance,
        line_frequency_hz=line.frequency_hz,
        speed_rpm=speed_rpm,
        slip=slip,
        load=None if slip is None else analysis.evidence.load,
        thd=total_harmonic_distortion(currents.samples, currents.valid, currents.rate_hz, line.frequency_hz),
    )


def known_slip(analysis: Analysis) -> float | None:
    """Return the slip, per unit; None if it is not known, or something contradicts it.

    Where only the current bounds the slip, it is that of the pair of sidebands found in these bounds. It
    counts if the window bears an answer; else it may be that of another pair, and the speed some percent off.
    """
    slips = analysis.slips
    if slips is None or analysis.speed_doubt is not None:
        return None
    if slips.source == "current" and analysis.refusal is not None:
        return None
    return analysis.evidence.slip


def _measured_speed_rpm(window: Window) -> float | None:
    """Return what a speed channel says, rpm, of whichever sign it has; None without one."""
    speed_rpm = measured_speed_rpm(window)
    return None if speed_rpm is None else abs(speed_rpm)


def _currents(window: Window, nameplate: Nameplate) -> _Currents | None:
    """Return the phase currents of a window; None if there are none, or they come too seldom for the line."""
    if not window.streams:
        return None
    stream = window.current
    if quality.check_rate(stream, nameplate) is not None:
        return None
    channels = {p: i for p, i in stream.stream.phases.items() if i not in stream.dead}
    if not channels or np.count_nonzero(stream.valid) < SAMPLES.min_scans:
        return None
    samples = np.stack([stream.units(i).astype(np.float64) for i in channels.values()])
    samples -= samples[:, stream.valid].mean(axis=1, keepdims=True)
    samples[:, ~stream.valid] = 0.0
    return _Currents(tuple(channels), samples, stream.valid, stream.stream.rate_hz)


def _line(currents: _Currents) -> Line | None:
    """Return the line of currents that the analysis refused; None if they are all zero."""
    vector = space_vector(currents.samples, currents.phases)
    return find_line(vector, currents.rate_hz, one_phase=len(currents.phases) == 1)


def _rms_a(currents: _Currents, line: Line | None) -> dict[str, float]:
    """Return the rms of each phase, A, by its name.

    A window rarely holds whole periods, and lost scans may leave more of the crests than of the zeros. So
    the line is fitted by least squares: the mean square is half the square of its amplitude, and that of the
    rest. Without a line it is that of the samples.
    """
    known = currents.samples[:, currents.valid]
    mean_squares = np.einsum("pn,pn->p", known, known) / known.shape[1]
    if line is not None:
        turns = rotation(line.frequency_hz / currents.rate_hz, currents.valid.size)[currents.valid]
        basis = np.stack([turns.real, turns.imag, np.ones(turns.size)])
        wanted = basis @ known.T
        amplitudes = np.linalg.lstsq(basis @ basis.T, wanted, rcond=None)[0]
        # The rest is orthogonal to the basis: its square is that of the samples less that of the fit.
        mean_squares -= np.sum(amplitudes * wanted, axis=0) / known.shape[1]
        mean_squares += np.square(amplitudes[:2]).sum(axis=0) / 2
    return dict(zip(currents.phases, np.sqrt(mean_squares).tolist(), strict=True))

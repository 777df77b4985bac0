"""Two open programs that look for broken bars in the current, called as their own documents say.

Both look at one phase, in amperes, at about 1 kHz, and are told the true mean frequency of the line (also
behind a drive), the pole pairs and the rated speed. Neither decimates nor advises a rate; at 1 kHz they see
all that is near the line, and statorscope is about seven times faster than at 10 kHz.

statorscope 0.3.0: `diagnose` with its defaults: clock audit, grid lock, slip search from 0.2 to 8 % (or the
slip given), evidence. Its alarm is `broken_rotor_bar` detected, with its own severity by the strongest
line. It refuses where its clock audit is not trustworthy, and where its slip search has no confidence: then
it claims no detection.

mcp-server-mcsa 0.3.0: the functions behind its tool `run_full_diagnosis`: `preprocess_pipeline` with a Hann
window, `compute_fft_spectrum`, `brb_fault_index` with its tolerance of 0.5 Hz. It cannot find a slip, so it
is given the true speed. Its alarm is a severity other than healthy; it refuses where its
`detection_status` says that nothing can be detected.

What a peer raises is its refusal.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import statorscope
from mcp_server_mcsa.analysis.fault_detection import brb_fault_index
from mcp_server_mcsa.analysis.motor import calculate_motor_parameters
from mcp_server_mcsa.analysis.preprocessing import preprocess_pipeline
from mcp_server_mcsa.analysis.spectral import compute_fft_spectrum
from numpy.typing import NDArray

from edge_agent.motor import Nameplate


@dataclass(frozen=True, slots=True)
class Phase:
    """What the peers are given of a recording."""

    current_a: NDArray[np.float64]
    """Samples of one phase, (n,)."""
    rate_hz: float
    """Their rate."""
    line_hz: float
    """True mean frequency of the supply."""
    slip: float
    """True mean slip, for the rows to which it is given."""
    plate: Nameplate
    """Of the motor."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a program said of one recording."""

    severity: str | None
    """In its own words; None where it refused."""
    refusal: str | None
    """Why it said nothing; None where it did."""
    cost_ms: float
    """Processor time that it took."""


def ask(answer: Callable[[], tuple[str | None, str | None]]) -> Answer:
    """Time one program, which gives its severity and its refusal."""
    started_s = time.process_time()
    severity, refusal = answer()
    return Answer(severity, refusal, 1e3 * (time.process_time() - started_s))


def _ask_peer(answer: Callable[[], tuple[str | None, str | None]]) -> Answer:
    def guarded() -> tuple[str | None, str | None]:
        try:
            return answer()
        except Exception as error:  # noqa: BLE001  # whatever a peer raises is its refusal
            return None, f"{type(error).__name__}: {error}"

    return ask(guarded)


def ask_statorscope(phase: Phase, slip: float | None) -> Answer:
    """Give the verdict of statorscope; the slip is searched for where None."""
    plate = phase.plate
    motor = statorscope.Motor(plate.pole_pairs, plate.rotor_bars, phase.line_hz, plate.rated_speed_rpm)
    recording = statorscope.Recording(phase.current_a, phase.rate_hz)

    def answer() -> tuple[str | None, str | None]:
        found = statorscope.diagnose(recording, motor, slip=slip)
        if not found.clock.trustworthy:
            return None, f"clock {found.clock.verdict}"
        if not found.slip.confident:
            return None, "slip not found"
        bars = next(fault for fault in found.faults if fault.kind == "broken_rotor_bar")
        return bars.severity if bars.detected else "healthy", None

    return _ask_peer(answer)


def ask_mcsa(phase: Phase) -> Answer:
    """Give the verdict of mcp-server-mcsa, which is told the true speed."""
    synchronous_rpm = 60.0 * phase.line_hz / phase.plate.pole_pairs

    def answer() -> tuple[str | None, str | None]:
        motor = calculate_motor_parameters(
            phase.line_hz, phase.plate.poles, synchronous_rpm * (1.0 - phase.slip)
        )
        prepared = preprocess_pipeline(phase.current_a, phase.rate_hz)
        spectrum = compute_fft_spectrum(prepared, phase.rate_hz)
        length_s = phase.current_a.size / phase.rate_hz
        found = brb_fault_index(*spectrum, motor, signal_duration_s=length_s)
        if not found["detection_status"]["detected"]:
            return None, found["detection_status"]["reason"]
        return found["severity"], None

    return _ask_peer(answer)

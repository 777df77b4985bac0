"""The survey of the sensors in words, a line each."""

from collections.abc import Iterator

from calibration.sensors.measured import Currents
from calibration.sensors.survey import Correction, Survey


def told(survey: Survey) -> Iterator[str]:
    """Return what was measured, what is wrong, what cannot be known, and the channels as they should be."""
    if survey.currents is not None:
        yield from measured(survey.currents, survey.order)
    for correction in survey.corrections:
        yield corrected(correction)
    for finding in survey.findings:
        yield f"WRONG  {finding.text}"
    for sentence in survey.unknown:
        yield f"not known: {sentence}"
    if not survey.findings:
        yield "nothing is wrong, as far as it can be known from what was given"


def measured(currents: Currents, order: str | None) -> Iterator[str]:
    """Return the currents as they are shown now, and their order."""
    shown = ", ".join(
        f"{name} {rms_a:.4g} A" for name, rms_a in zip(currents.names, currents.rms_a, strict=True)
    )
    yield f"measured: {shown}; line {currents.line_hz:.2f} Hz{f', order {order}' if order else ''}"


def corrected(correction: Correction) -> str:
    """Return a channel as it should be, beside what it is."""
    before = correction.before
    unit = f"{before.unit} per count"
    how = f"gain {correction.gain:.4f}" if correction.fitted else "gain not fitted"
    if correction.scale * before.scale < 0:
        how += ", turned round"
    phase = (
        "" if correction.phase == before.phase else f"; phase {correction.phase} instead of {before.phase}"
    )
    return (
        f"{before.name}: scale {correction.scale:.6g} {unit} ({how}; it was {before.scale:.6g}), offset "
        f"{correction.offset:.2f} counts (it was {before.offset:g}){phase}"
    )

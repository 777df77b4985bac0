"""The channels that are in the YAML file."""

from collections.abc import Callable, Iterator
from typing import Annotated, Literal

from pydantic import Field, ValidationError, ValidationInfo, WrapValidator, field_validator
from pydantic_core import ErrorDetails, InitErrorDetails

from edge_agent.acquire.description import MAX_SCALE, MIN_SCALE
from edge_agent.acquire.naming import kind_of, unit_of, unit_problem
from edge_agent.acquire.overrides import ChannelOverride
from edge_agent.acquire.samples import ChannelKind
from edge_agent.acquire.units import standard_unit
from edge_agent.config.section import Name, Section, problem
from edge_agent.motor import Positive
from edge_agent.plain import quoted

MAX_COUNT = 2.0**32
"""Largest offset in counts and largest full scale in units: no converter of these has more than 32 bits."""


class ChannelSection(Section):
    """One column of the samples: what is written here overrides what the DAQ says; the rest is the DAQ's."""

    name: Name
    """Unique name, e.g. ia or vib_radial."""
    kind: ChannelKind | None = None
    """What it measures: current, voltage, vibration or speed; null where the DAQ or the unit says it."""
    unit: str | None = None
    """Unit of the value: A, mA or kA; V, mV or kV; m/s2, mm/s, g or mg; or rpm."""
    scale: Annotated[float, Field(allow_inf_nan=False)] | None = Field(default=None, validate_default=True)
    """Units per count, negative for a reversed sensor; value = (count - offset) * scale; null: the DAQ's."""
    offset: Annotated[float, Field(ge=-MAX_COUNT, le=MAX_COUNT, allow_inf_nan=False)] | None = None
    """Counts that the sensor gives at zero; null takes what the DAQ says, else 0."""
    full_scale: Annotated[Positive, Field(le=MAX_COUNT)] | None = None
    """Largest magnitude that the converter can give, in units; null if unknown."""
    phase: Literal["a", "b", "c", "ab", "bc", "ca"] | None = Field(default=None, validate_default=True)
    """Phase of a current: a, b or c; of a voltage also ab, bc or ca, between two phases."""
    axis: Literal["radial", "tangential", "axial"] | None = None
    """Direction of a vibration: radial, tangential or axial."""

    @field_validator("unit")
    @classmethod
    def _unit_of_kind(cls, unit: str | None, info: ValidationInfo) -> str | None:
        name, known = info.data.get("name", ""), "kind" in info.data
        problem = unit_problem(info.data["kind"], unit, name) if known and unit is not None else None
        if problem is not None:
            raise ValueError(problem)
        return unit

    @field_validator("scale")
    @classmethod
    def _of_its_unit(cls, scale: float | None, info: ValidationInfo) -> float | None:
        if scale == 0:
            raise ValueError("0 would make every sample zero; give the units per count of the sensor")
        if scale is not None and not MIN_SCALE <= abs(scale) <= MAX_SCALE:
            raise ValueError(
                f"{scale:g} units per count, expected a magnitude of {MIN_SCALE:g} to {MAX_SCALE:g}; "
                "give the units per count of the sensor"
            )
        known = standard_unit(info.data.get("unit") or "")
        if scale is None and known is not None and known[1] != 1.0:
            raise ValueError(
                f"missing: a unit of {info.data['unit']} needs the scale in it; leave both out where the DAQ "
                "describes itself, its units are converted"
            )
        return scale

    @field_validator("phase")
    @classmethod
    def _phase_of_current(cls, phase: str | None, info: ValidationInfo) -> str | None:
        kind = info.data.get("kind")
        if kind is ChannelKind.CURRENT and phase is None:
            raise ValueError("a current needs its phase; add phase: a, b or c")
        if kind is ChannelKind.VOLTAGE and phase is None:
            raise ValueError("a voltage needs its phase; add phase: a, b, c, or between two ab, bc or ca")
        if kind is ChannelKind.CURRENT and phase is not None and len(phase) > 1:
            raise ValueError(f"a current flows in one phase; {phase} is between two, write a, b or c")
        if kind not in (None, ChannelKind.CURRENT, ChannelKind.VOLTAGE) and phase is not None:
            raise ValueError(f"a {kind} has no phase; leave it out, or set kind: current")
        return phase

    @field_validator("axis")
    @classmethod
    def _axis_of_vibration(cls, axis: str | None, info: ValidationInfo) -> str | None:
        kind = info.data.get("kind")
        if axis is not None and kind not in (None, ChannelKind.VIBRATION):
            raise ValueError(f"a {kind} has no axis; leave it out, or set kind: vibration")
        return axis

    def channel(self) -> ChannelOverride:
        """Return it as acquisition knows it; acquisition converts its unit."""
        return ChannelOverride(**self.model_dump())


def _without_conflicts(
    value: object, check: Callable[[object], tuple[ChannelSection, ...]]
) -> tuple[ChannelSection, ...]:
    """Report conflicts between channels together with the errors within each."""
    found = [*_repetitions(value, "name"), *_repetitions(value, "phase")]
    if value == []:
        found = [problem((), "an empty list; leave channels out for a DAQ that describes itself", value)]
    try:
        channels = check(tuple(value) if isinstance(value, list) else value)
    except ValidationError as error:
        within = [_retold(known) for known in error.errors()]
        raise ValidationError.from_exception_data("channels", within + found) from None
    if found:
        raise ValidationError.from_exception_data("channels", found)
    return channels


Channels = Annotated[tuple[ChannelSection, ...], WrapValidator(_without_conflicts)]
"""All channels, in the order of their columns."""


def _repetitions(channels: object, key: str) -> Iterator[InitErrorDetails]:
    """Find values of `key` that two channels share, in the raw list that may be anything.

    A voltage may have the phase of a current.
    """
    first: dict[tuple[str, bool], int] = {}
    for index, channel in enumerate(channels if isinstance(channels, list) else []):
        value = channel.get(key) if isinstance(channel, dict) else None
        if not isinstance(value, str):
            continue
        known = first.setdefault((value, key == "phase" and _is_voltage(channel)), index)
        if known != index:
            message = f"{quoted(value)} is the {key} of channels[{known}] already; each {key} may occur once"
            yield problem((index, key), message, value)


def _is_voltage(channel: dict[str, object]) -> bool:
    """True if a raw channel is of a voltage, as far as it says so."""
    name = str(channel.get("name"))
    stated = channel.get("kind") or kind_of(str(channel.get("unit") or unit_of(name)), name)
    return stated == ChannelKind.VOLTAGE


def _retold(problem: ErrorDetails) -> InitErrorDetails:
    """Make an error that pydantic found into one that can be raised again."""
    return InitErrorDetails(
        type=problem["type"], loc=problem["loc"], input=problem["input"], ctx=problem.get("ctx", {})
    )

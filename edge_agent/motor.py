"""The nameplate: all that must be known of a motor in advance."""

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationInfo, field_validator

from edge_agent.bearings import BearingSetting

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]

MIN_RATED_SLIP, MAX_RATED_SLIP = 0.0005, 0.25
"""Range of plausible rated slips, per unit.

Judgement: 0.003 is that of the largest motors, 0.15 that of those made for much slip.
"""
MIN_OF_PLATE, MAX_OF_PLATE = 0.001, 100_000.0
"""Range of every power in kW, current in A, voltage in V and speed in rpm on a plate.

Judgement: motors reach from 1 W to 100 MW; beyond it, products of them leave what floats can hold.
"""

_OfPlate = Annotated[float, Field(ge=MIN_OF_PLATE, le=MAX_OF_PLATE, allow_inf_nan=False)]


class Nameplate(BaseModel):
    """What the motor's plate says, and the little else that is known of it.

    Fields are checked in their order, so a field that must fit others comes after them.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    id: str = Field(default="motor", pattern=r"^[A-Za-z0-9_-]+$", max_length=64)
    """Name of the motor in topics and payloads: letters, digits, `_` and `-`."""
    rated_power_kw: _OfPlate
    """Shaft power, kW."""
    rated_voltage_v: _OfPlate
    """Line to line, V rms."""
    rated_current_a: _OfPlate
    """Line current, A rms."""
    line_frequency_hz: Annotated[float, Field(ge=5, le=400)]
    """Frequency of the supply for which the plate holds, Hz."""
    poles: Annotated[int, Field(ge=2, le=24, multiple_of=2)]
    """Number of poles (not of pole pairs)."""
    rated_speed_rpm: _OfPlate
    """Speed under rated load, rpm: below the synchronous speed."""
    rotor_bars: Annotated[int, Field(ge=10, le=200)] | None = None
    """Number of rotor bars N_b; null if unknown, as on most motors."""
    power_factor: Annotated[float, Field(gt=0.3, le=1)] | None = None
    """cos phi at rated load; null takes a typical one."""
    supply: Literal["grid", "vfd"] = "grid"
    """Fed from the mains or from a variable-frequency drive."""
    speed_rpm: _OfPlate | None = None
    """A constant speed that is known, rpm; null where it must be found from the signals."""
    bearing: BearingSetting | None = None
    """Bearing nearest to the accelerometer: a name (6203, 6205, ER-12K, ER-16K), or its numbers; null if
    unknown."""
    support: Literal["rigid", "flexible"] | None = None
    """How the motor is mounted, as ISO 20816-3 has it: its lowest natural frequency with its support lies a
    quarter or more above the shaft's frequency (rigid), or not (flexible); null gives no zones."""

    trip_class: Literal[10, 20] = 10
    """Class of the overload relay, s: 10, or 20 for heavy starts; the thermal replica takes it."""

    @property
    def pole_pairs(self) -> int:
        """Half the number of poles, p."""
        return self.poles // 2

    @property
    def synchronous_speed_rpm(self) -> float:
        """Speed of the rotating field, rpm."""
        return _synchronous_speed_rpm(self.line_frequency_hz, self.poles)

    @property
    def rated_slip(self) -> float:
        """Slip at rated load, per unit of the synchronous speed."""
        return 1.0 - self.rated_speed_rpm / self.synchronous_speed_rpm

    @property
    def rated_pole_pass_hz(self) -> float:
        """Pole-pass frequency 2sf at rated load: how far the sidebands lie from the line."""
        return 2.0 * self.rated_slip * self.line_frequency_hz

    @field_validator("rated_current_a")
    @classmethod
    def _input_above_output(cls, current_a: float, info: ValidationInfo) -> float:
        known = info.data
        if "rated_power_kw" not in known or "rated_voltage_v" not in known:
            return current_a
        power_kw, voltage_v = known["rated_power_kw"], known["rated_voltage_v"]
        input_kva = _input_kva(voltage_v, current_a)
        if power_kw > input_kva:
            raise ValueError(
                f"{current_a:g} A at {voltage_v:g} V take {input_kva:.3g} kVA, less than the "
                f"{power_kw:g} kW that the shaft gives; check power, voltage and current, "
                "which must belong to the same connection (star or delta)"
            )
        return current_a

    @field_validator("power_factor")
    @classmethod
    def _efficiency_below_one(cls, power_factor: float | None, info: ValidationInfo) -> float | None:
        known = info.data
        plate = {"rated_power_kw", "rated_voltage_v", "rated_current_a"}
        if power_factor is None or not plate <= known.keys():
            return power_factor
        input_kw = power_factor * _input_kva(known["rated_voltage_v"], known["rated_current_a"])
        if known["rated_power_kw"] > input_kw:
            raise ValueError(
                f"with {power_factor:g} the motor takes {input_kw:.3g} kW, less than the "
                f"{known['rated_power_kw']:g} kW that the shaft gives; check power, voltage and current, too"
            )
        return power_factor

    @field_validator("rated_speed_rpm")
    @classmethod
    def _speed_below_synchronous(cls, speed_rpm: float, info: ValidationInfo) -> float:
        if "line_frequency_hz" not in info.data or "poles" not in info.data:
            return speed_rpm
        frequency_hz, poles = info.data["line_frequency_hz"], info.data["poles"]
        synchronous_rpm = _synchronous_speed_rpm(frequency_hz, poles)
        if speed_rpm >= synchronous_rpm:
            raise ValueError(
                f"{speed_rpm:g} is {'above' if speed_rpm > synchronous_rpm else 'not below'} the synchronous "
                f"speed {synchronous_rpm:g} rpm ({frequency_hz:g} Hz, {poles} poles); the nameplate shows "
                f"the speed under load, e.g. {0.965 * synchronous_rpm:.0f}"
            )
        slip = 1.0 - speed_rpm / synchronous_rpm
        if slip > MAX_RATED_SLIP:
            raise ValueError(
                f"{speed_rpm:g} is {100 * slip:.0f} % below the synchronous speed {synchronous_rpm:g} rpm "
                f"({frequency_hz:g} Hz, {poles} poles), expected at most {100 * MAX_RATED_SLIP:.0f} %; "
                "check the poles and the frequency"
            )
        if slip < MIN_RATED_SLIP:
            raise ValueError(
                f"{speed_rpm:.10g} practically equals the synchronous speed {synchronous_rpm:g} rpm; the "
                f"nameplate shows the speed under load, e.g. {0.965 * synchronous_rpm:.0f}"
            )
        return speed_rpm

    @field_validator("speed_rpm")
    @classmethod
    def _known_speed_below_synchronous(cls, speed_rpm: float | None, info: ValidationInfo) -> float | None:
        known = info.data
        if speed_rpm is None or not {"line_frequency_hz", "poles", "supply"} <= known.keys():
            return speed_rpm
        synchronous_rpm = _synchronous_speed_rpm(known["line_frequency_hz"], known["poles"])
        if known["supply"] == "grid" and speed_rpm >= synchronous_rpm:
            raise ValueError(
                f"{speed_rpm:g} is not below the synchronous speed {synchronous_rpm:g} rpm, so the machine "
                "would not run as a motor; give the measured speed, or leave it out"
            )
        return speed_rpm


def _synchronous_speed_rpm(line_frequency_hz: float, poles: int) -> float:
    return 120.0 * line_frequency_hz / poles


def _input_kva(voltage_v: float, current_a: float) -> float:
    """Return the apparent power that a motor takes, kVA, of line-to-line voltage and line current."""
    return 3**0.5 * voltage_v * current_a / 1000.0

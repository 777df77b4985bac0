"""The nameplate: all that must be known of a motor beforehand."""

from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

Positive = Annotated[float, Field(gt=0, allow_inf_nan=False)]


class Nameplate(BaseModel):
    """What stands on the motor's plate, and the little else that is known of it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    id: str = Field("motor", pattern=r"^[A-Za-z0-9_.-]+$")
    """Name of the motor in topics and payloads."""
    rated_power_kw: Positive
    """Shaft power."""
    rated_voltage_v: Positive
    """Line to line, rms."""
    rated_current_a: Positive
    """Line current, rms."""
    rated_speed_rpm: Positive
    """Speed under rated load: below the synchronous speed."""
    line_frequency_hz: Annotated[float, Field(ge=5, le=400)]
    """Frequency of the supply for which the plate holds."""
    poles: Annotated[int, Field(ge=2, le=24, multiple_of=2)]
    """Number of poles (not of pole pairs)."""
    rotor_bars: Annotated[int, Field(ge=10, le=200)] | None = None
    """Number of rotor bars N_b; None where unknown, as on most motors."""
    power_factor: Annotated[float, Field(gt=0.3, le=1)] | None = None
    """cos phi at rated load; None takes a typical one."""
    speed_rpm: Positive | None = None
    """A constant speed that is known; None where it must be found from the signals."""
    supply: Literal["grid", "vfd"] = "grid"
    """Fed from the mains or from a variable-frequency drive."""

    @property
    def pole_pairs(self) -> int:
        """Half the number of poles, p."""
        return self.poles // 2

    @property
    def synchronous_speed_rpm(self) -> float:
        """Speed of the rotating field, rpm."""
        return 60.0 * self.line_frequency_hz / self.pole_pairs

    @property
    def rated_slip(self) -> float:
        """Slip at rated load, per unit of the synchronous speed."""
        return 1.0 - self.rated_speed_rpm / self.synchronous_speed_rpm

    @model_validator(mode="after")
    def _speed_below_synchronous(self) -> Self:
        if self.rated_slip <= 0:
            raise ValueError(
                f"rated_speed_rpm: {self.rated_speed_rpm:g} is not below the synchronous speed "
                f"{self.synchronous_speed_rpm:g} rpm ({self.line_frequency_hz:g} Hz, {self.poles} poles); "
                f"the nameplate shows the speed under load, e.g. {0.965 * self.synchronous_speed_rpm:.0f}"
            )
        if self.rated_slip > 0.25:
            raise ValueError(
                f"rated_speed_rpm: {self.rated_speed_rpm:g} is {100 * self.rated_slip:.0f} % below the "
                f"synchronous speed {self.synchronous_speed_rpm:g} rpm ({self.line_frequency_hz:g} Hz, "
                f"{self.poles} poles): check the poles and the frequency"
            )
        return self

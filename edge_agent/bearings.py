"""Rolling bearings: in which rhythm damage of each part strikes, and a small catalogue."""

import math
from typing import TYPE_CHECKING, Annotated, Literal, Self

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, model_validator

_Length = Annotated[float, Field(ge=0.5, le=1000, allow_inf_nan=False)]


class Bearing(BaseModel):
    """Geometry of a rolling bearing whose inner ring turns with the shaft."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    balls: Annotated[int, Field(ge=4, le=60)]
    """Rolling elements of one row."""
    ball_diameter_mm: _Length
    """Diameter of a ball or roller, mm."""
    pitch_diameter_mm: _Length
    """Diameter of the circle through the centres of the balls, mm; about the mean of bore and outside."""
    contact_angle_deg: Annotated[float, Field(ge=0, lt=60)] = 0.0
    """Contact angle, degrees: 0 for deep groove ball bearings."""

    @model_validator(mode="after")
    def _balls_fit(self) -> Self:
        need_mm, circle_mm = self.balls * self.ball_diameter_mm, math.pi * self.pitch_diameter_mm
        if need_mm > circle_mm:
            raise ValueError(
                f"{self.balls} balls of {self.ball_diameter_mm:g} mm need {need_mm:.3g} mm, and the pitch "
                f"circle of {self.pitch_diameter_mm:g} mm has {circle_mm:.3g} mm; check the three numbers"
            )
        return self

    @property
    def _ratio(self) -> float:
        """Ball over pitch diameter, along the line of contact."""
        return self.ball_diameter_mm / self.pitch_diameter_mm * math.cos(math.radians(self.contact_angle_deg))

    @property
    def outer_order(self) -> float:
        """Blows per turn of the shaft by a pit of the outer race (BPFO)."""
        return self.balls / 2 * (1 - self._ratio)

    @property
    def inner_order(self) -> float:
        """Blows per turn of the shaft by a pit of the inner race (BPFI)."""
        return self.balls / 2 * (1 + self._ratio)

    @property
    def ball_order(self) -> float:
        """Blows per turn of the shaft by a pit of a ball, which meets both races in one spin (2 BSF)."""
        return self.pitch_diameter_mm / self.ball_diameter_mm * (1 - self._ratio**2)

    @property
    def cage_order(self) -> float:
        """Turns of the cage per turn of the shaft (FTF)."""
        return (1 - self._ratio) / 2


CATALOGUE = {
    "6203": Bearing(balls=8, ball_diameter_mm=6.746, pitch_diameter_mm=28.499),
    "6205": Bearing(balls=9, ball_diameter_mm=7.940, pitch_diameter_mm=39.040),
    "ER-12K": Bearing(balls=8, ball_diameter_mm=7.9375, pitch_diameter_mm=33.477),
    "ER-16K": Bearing(balls=9, ball_diameter_mm=7.9375, pitch_diameter_mm=38.506),
}
"""Bearings whose numbers are published, by name. 6203 and 6205: SKF 6203-2RS and 6205-2RS, as the Case
Western Reserve University Bearing Data Center gives them (0.2656 and 1.122 inch, 0.3126 and 1.537 inch).
ER-12K and ER-16K: as Huang and Baddour give them (Data in Brief 21, 2018). Other makers of the same type
differ by about one per cent in these orders, which the tolerance covers."""


def _known(given: object) -> object:
    """Take a name of the catalogue for its numbers; YAML reads 6205 without quotes as a number."""
    if not isinstance(given, str | int | float):
        return given
    found = CATALOGUE.get(str(given).upper())
    if found is None:
        raise ValueError(
            f"{given} is not in the catalogue ({', '.join(CATALOGUE)}); give its balls, ball_diameter_mm and "
            "pitch_diameter_mm, as its maker states them"
        )
    return found


if TYPE_CHECKING:
    BearingSetting = Bearing
else:
    BearingSetting = Annotated[
        Bearing,
        BeforeValidator(_known, json_schema_input_type=Bearing | Literal[tuple(CATALOGUE)] | int),
    ]

"""The base of all sections of the YAML file."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field
from pydantic_core import InitErrorDetails, PydanticCustomError

MAX_ID_LENGTH = 64
"""Longest id, so that topics stay readable; judgement."""
Id = Annotated[str, Field(pattern=r"^[A-Za-z0-9_-]+$", max_length=MAX_ID_LENGTH)]
"""Name of an agent or a motor in topics; Home Assistant takes no other characters in its own."""
Name = Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$", max_length=MAX_ID_LENGTH)]
"""Name of a channel or a column, as DAQs have them."""


class Section(BaseModel):
    """A part of the YAML file. Fields are checked in their order."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


def problem(location: tuple[str | int, ...], message: str, value: object) -> InitErrorDetails:
    """Make an error at a place below the one that is being validated."""
    error = PydanticCustomError("conflict", "{message}", {"message": message})
    return InitErrorDetails(type=error, loc=location, input=value)

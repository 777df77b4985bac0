"""The first problem of values that came from a file."""

from typing import Any

from pydantic import ValidationError


def first_problem(error: ValidationError) -> tuple[str, str, Any]:
    """Return the first problem: its field ("" for the whole), what is wrong, and what was found."""
    first = error.errors()[0]
    field = ".".join(str(part) for part in first["loc"])
    return field, first["msg"].removeprefix("Value error, "), first["input"]

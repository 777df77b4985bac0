"""Validation errors in plain words: what was found, what is expected, what to do."""

import difflib
from collections.abc import Callable
from typing import Any, get_args

from pydantic import BaseModel
from pydantic_core import ErrorDetails

from edge_agent.acquire.settings import CHANNEL_EXAMPLE
from edge_agent.config.document import Document
from edge_agent.config.problems import KeyPath, Position, spell
from edge_agent.config.scalars import advise_number
from edge_agent.config.settings import Settings
from edge_agent.plain import quoted

_EXPECTED = {
    "float_type": "a number",
    "int_type": "a whole number",
    "int_from_float": "a whole number",
    "finite_number": "a finite number",
    "string_type": "text",
    "string_too_short": "text that is not empty",
    "bool_type": "true or false",
    "path_type": "the path of a file",
    "tuple_type": "a list, one item a line that starts with -",
    "model_type": "a section: keys below it, indented",
    "model_attributes_type": "a section: keys below it, indented",
    "string_pattern_mismatch": "text of allowed characters only",
}
"""What a wrong type should have been."""

_BOUNDS: dict[str, Callable[[dict[str, Any]], str]] = {
    "greater_than": lambda bound: f"a number above {bound['gt']:g}",
    "greater_than_equal": lambda bound: f"a number of {bound['ge']:g} or more",
    "less_than": lambda bound: f"a number below {bound['lt']:g}",
    "less_than_equal": lambda bound: f"a number of {bound['le']:g} or less",
    "multiple_of": lambda bound: f"a multiple of {bound['multiple_of']:g}",
    "literal_error": lambda bound: bound["expected"],
    "enum": lambda bound: bound["expected"],
    "too_short": lambda bound: f"at least {bound['min_length']}",
    "too_long": lambda bound: f"at most {bound['max_length']}",
    "string_too_long": lambda bound: f"at most {bound['max_length']} characters",
}
"""What a value out of bounds should have been."""


def explain(error: ErrorDetails, document: Document) -> tuple[Position, KeyPath, str]:
    """Return place, key and message of an error that pydantic found in the document."""
    key: KeyPath = error["loc"]
    kind = error["type"]
    position = document.place(key)
    if kind == "extra_forbidden":
        return document.keys.get(key, position), key, _unknown(key)
    if kind == "missing":
        return (
            position,
            key,
            f"missing, expected {meaning(key)}; add it below {spell(key[:-1]) or 'the top'}",
        )
    context = error.get("ctx", {})
    if kind in ("value_error", "conflict"):
        return position, key, str(context.get("error", context.get("message")))
    expected = _BOUNDS[kind](context) if kind in _BOUNDS else _EXPECTED.get(kind, error["msg"])
    if kind == "string_too_long":  # a long text may be a URL with a secret in it
        found = f"text of {len(error['input'])} characters"
    else:
        found = _spoken(error["input"], document.spellings.get(key))
    return position, key, f"found {found}, expected {expected} ({meaning(key)}){_advice(error)}"


def _unknown(key: KeyPath) -> str:
    """Name the nearest key for a typo, or all there are."""
    section = _section(key[:-1])
    known = [] if section is None else list(section.model_fields)
    near = difflib.get_close_matches(str(key[-1]), known, n=1)
    if near:
        return f"unknown key, did you mean {near[0]}?"
    return f"unknown key, known here: {', '.join(known)}; remove it or correct it"


def _section(key: KeyPath) -> type[BaseModel] | None:
    """Return the model that describes the value at a path."""
    section: type[BaseModel] | None = Settings
    for step in key:
        if isinstance(step, str) and section is not None:
            field = section.model_fields.get(step)
            section = None if field is None else _model_in(field.annotation)
    return section


def _model_in(annotation: Any) -> type[BaseModel] | None:
    """Find the model within `X`, `X | None` or `tuple[X, ...]`."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((model for part in get_args(annotation) if (model := _model_in(part))), None)


def meaning(key: KeyPath) -> str:
    """Return what a key means, by the description of its field, as the middle of a sentence."""
    section = _section(key[:-1]) if key and isinstance(key[-1], str) else None
    field = None if section is None else section.model_fields.get(str(key[-1]))
    described = field.description if field and field.description else "see the README"
    text = " ".join(described.split()).rstrip(".")
    return text[0].lower() + text[1:] if text[1:2].islower() or text[1:2] == " " else text


def _spoken(value: object, spelling: str | None) -> str:
    """Return a value as it is written in the file."""
    if value is None:
        return "nothing"
    if isinstance(value, bool):
        meant = "true" if value else "false"
        return meant if spelling in (None, meant) else f"{spelling}, which YAML reads as {meant}"
    if isinstance(value, str):
        return f"the text {quoted(value)}"
    if isinstance(value, dict):
        return "a section"
    if isinstance(value, list | tuple):
        return f"a list of {len(value)}"
    return str(value) if spelling is None or "$" in spelling else spelling


def _advice(error: ErrorDetails) -> str:
    """Return what to do if the usual cause is known."""
    value, kind = error["input"], error["type"]
    if kind in ("float_type", "int_type") and isinstance(value, str):
        return f"; {advise_number(value)}"
    if kind == "string_type" and not isinstance(value, dict | list) and value is not None:
        return "; put it in quotes"
    if kind.startswith("model_") and error["loc"][:1] == ("channels",):
        return f"; write it as {CHANNEL_EXAMPLE}"
    if error["loc"][:1] == ("motor",):
        return "; read it from the nameplate"
    return ""

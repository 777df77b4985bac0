"""Answers as the YAML text of each value; the rules of the configuration judge them."""

import json
import re
from collections.abc import Mapping
from pathlib import Path

import yaml

from edge_agent.acquire.naming import axis_of, kind_of, phase_of, unit_of
from edge_agent.acquire.samples import ChannelKind, Device
from edge_agent.config.document import parse_document
from edge_agent.config.load import settings_with_doubts
from edge_agent.config.problems import ConfigError, KeyPath, Problem
from edge_agent.config.scalars import read_unquoted
from edge_agent.setup.file_text import file_text
from edge_agent.setup.questions import CHANNELS, Answers, Question

_KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(\.[A-Za-z_][A-Za-z0-9_]*)*")
_COLLECTIONS = ("[", "{", '"', "'")


def answer_to(question: Question, typed: str) -> str:
    """Return the YAML text of what somebody has typed."""
    if question.key == CHANNELS and not typed.startswith("["):
        return _channels(typed)
    return spelled(typed, is_text=question.is_text)


def setting(text: str, questions: Mapping[KeyPath, Question]) -> tuple[KeyPath, str]:
    """Return key and YAML text of `motor.poles=4`; raises ValueError if it is not of this form."""
    name, found, value = text.partition("=")
    if not found or not _KEY.fullmatch(name):
        raise ValueError(f"{text!r} is not of the form key=value, e.g. motor.poles=4")
    key = tuple(name.split("."))
    if value.startswith(_COLLECTIONS):
        return key, value
    question = questions.get(key)
    return key, answer_to(question, value) if question else spelled(value, is_text=False)


def spelled(typed: str, *, is_text: bool) -> str:
    """Return the YAML text of a single value: as it is typed, or in quotes where YAML reads it otherwise."""
    try:
        node = yaml.compose(typed, Loader=yaml.SafeLoader)
    except yaml.YAMLError:
        node = None
    plain = isinstance(node, yaml.ScalarNode) and node.style is None and node.value == typed
    if plain and not (is_text and not isinstance(read_unquoted(typed), str)):
        return typed
    return json.dumps(typed, ensure_ascii=not typed.isprintable())


def meant(text: str) -> object:
    """Return what the YAML text of an answer means, with its variables replaced."""
    content = parse_document(Path(), f"value: {text}\n").root
    return content["value"] if isinstance(content, dict) else None


def problems_in(answers: Answers, file: Path) -> tuple[Problem, ...]:
    """Return what is wrong with these answers in a file of this name, without places: it is not written."""
    try:
        settings_with_doubts(parse_document(file, file_text(answers)))
    except ConfigError as error:
        return tuple(Problem(None, None, problem.key, problem.message) for problem in error.problems)
    return ()


def channels_of(device: Device) -> str:
    """Return the channels that a DAQ describes, to be corrected in the file; scales stay those of the DAQ."""
    lines = []
    for stream in device.streams:
        for channel in stream.channels:
            place = _place(channel.phase, channel.axis)
            lines.append(f"{{name: {channel.name}, kind: {channel.kind}{place}}}")
    return _list(lines)


def _channels(typed: str) -> str:
    """Return the list of channels of `ia 0.00582, ib 0.00582`."""
    lines = []
    for part in typed.split(","):
        name, _, scale = part.strip().partition(" ")
        unit = unit_of(name)
        kind = kind_of(unit, name) if unit else None
        phase, axis = _of_name(kind, name)
        what = f", kind: {kind}{_place(phase, axis)}, unit: {unit}" if kind else ""
        factor = spelled(scale.strip() or "1", is_text=False)
        lines.append(f"{{name: {spelled(name, is_text=True)}{what}, scale: {factor}}}")
    return _list(lines)


def _of_name(kind: ChannelKind | None, name: str) -> tuple[str | None, str | None]:
    return (None, None) if kind is None else (phase_of(kind, name), axis_of(kind, name))


def _place(phase: str | None, axis: str | None) -> str:
    return (f", phase: {phase}" if phase else "") + (f", axis: {axis}" if axis else "")


def _list(lines: list[str]) -> str:
    return "".join(f"\n  - {line}" for line in lines)

"""A YAML file in, settings out, or every problem at once."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from edge_agent.config.contradictions import contradictions, doubts, undescribed_channels
from edge_agent.config.document import Document, read_document
from edge_agent.config.explain import explain
from edge_agent.config.problems import ConfigError, Problem
from edge_agent.config.settings import VERSION, Settings


def load_settings(file: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read and check a configuration for recordings. Raises ConfigError with all that is wrong in it.

    A recording says itself what its channels are, so here they may be described in part. `${NAME}` and
    `${NAME:-default}` in values are replaced from `environment`; relative paths count from the folder of the
    file.
    """
    return _load(read_document(file, environment), live=False)


def load_with_doubts(
    file: Path, environment: Mapping[str, str] = os.environ
) -> tuple[Settings, tuple[Problem, ...]]:
    """Read and check a configuration for an agent that runs; also return what is strange in it.

    As `load_settings`, but each channel must be described, here or by the DAQ.
    """
    return settings_with_doubts(read_document(file, environment))


def settings_with_doubts(document: Document) -> tuple[Settings, tuple[Problem, ...]]:
    """Return the settings in a document, and what is strange in it; raises as `load_with_doubts` does."""
    settings = _load(document, live=True)
    strange = (Problem(document.file, document.place(key), key, text) for key, text in doubts(settings))
    return settings, tuple(strange)


def _load(document: Document, *, live: bool) -> Settings:
    """Return the settings; raises ConfigError with all that is wrong, within values and between them."""
    stated_version(document)
    settings = _validated(document)
    told = {problem.key for problem in document.problems}
    for key, message in (
        *contradictions(document.root),
        *(undescribed_channels(document.root) if live else ()),
    ):
        if key not in told:
            document.report(document.place(key), key, message)
    if settings is None or document.problems:
        raise ConfigError(tuple(document.problems))
    return settings


def stated_version(document: Document) -> int | None:
    """Return the version that a document states; None if it states none, or not as a whole number.

    Raises ConfigError for that of a later program. It tells nothing else of such a file: what is unknown
    here is no mistake there.
    """
    version = document.root.get("version") if isinstance(document.root, dict) else None
    if not isinstance(version, int) or isinstance(version, bool):
        return None
    if version > VERSION:
        key = ("version",)
        message = (
            f"found {version}, and this program reads version {VERSION}: it is for a later one; install "
            "that, or take the file that was used with this one"
        )
        raise ConfigError((Problem(document.file, document.place(key), key, message),))
    return version


def _validated(document: Document) -> Settings | None:
    """Return the settings; None, with every problem noted in the document, where they are not right."""
    try:
        return Settings.model_validate_json(
            json.dumps(document.root), strict=True, context={"folder": document.file.parent}
        )
    except ValidationError as error:
        told = {problem.key for problem in document.problems}
        own = (found for found in error.errors() if not _follows(found))
        for position, key, message in (explain(found, document) for found in own):
            if key not in told:
                document.report(position, key, message)
        return None


def _follows(found: ErrorDetails) -> bool:
    """True if an error only follows from another, and is no problem of its own.

    It does where a default depends on a wrong value, and where a list is too short without its wrong items.
    """
    if found["type"] == "too_short":
        return bool(len(found["input"]) >= found["ctx"]["min_length"])
    return found["type"] == "default_factory_not_called"

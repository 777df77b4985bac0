"""A YAML file in, settings out, or every problem at once."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from edge_agent.config.agent_settings import AgentSettings, of_one, of_several
from edge_agent.config.contradictions import contradictions, doubts, undescribed_channels
from edge_agent.config.document import Document, read_document
from edge_agent.config.explain import explain
from edge_agent.config.motors import has_several, split
from edge_agent.config.problems import ConfigError, Problem
from edge_agent.config.settings import VERSION, Settings, host_id
from edge_agent.plain import quoted


def load_settings(
    file: Path, environment: Mapping[str, str] = os.environ, motor: str | None = None
) -> Settings:
    """Read and check a configuration for recordings. Raises ConfigError with all that is wrong in it.

    A recording says itself what its channels are, so here they may be described in part. `${NAME}` and
    `${NAME:-default}` in values are replaced from `environment`; relative paths count from the folder of the
    file. `motor` is the id of the one that is meant, among several.
    """
    document = read_document(file, environment)
    return _chosen(document, _load(document, live=False), motor)


def load_whole(file: Path) -> AgentSettings:
    """Return the settings of all motors of a file, for what knows the files of an agent that does not run.

    Raises ConfigError with all that is wrong.
    """
    return _load(read_document(file, os.environ), live=False)


def load_with_doubts(
    file: Path, environment: Mapping[str, str] = os.environ, motor: str | None = None
) -> tuple[Settings, tuple[Problem, ...]]:
    """Read and check a configuration for samples that come now; also return what is strange in it.

    As `load_settings`, but each channel must be described, here or by the DAQ.
    """
    return settings_with_doubts(read_document(file, environment), motor)


def settings_with_doubts(
    document: Document, motor: str | None = None
) -> tuple[Settings, tuple[Problem, ...]]:
    """Return a motor's settings in a document, and what is strange there; raises as `load_with_doubts`."""
    agent = _load(document, live=True)
    settings = _chosen(document, agent, motor)
    for serial, served in agent.daqs():
        if settings.motor.id in served and len(served) > 1:
            key, others = ("acquisition",), ", ".join(served)
            message = (
                f"{serial.port} serves {others}; only `run` tells their channels apart, so start the agent"
            )
            raise ConfigError((Problem(document.file, document.place(key), key, message),))
    return settings, _doubts(document, agent)


def load_agent(
    file: Path, environment: Mapping[str, str] = os.environ
) -> tuple[AgentSettings, tuple[Problem, ...]]:
    """Read and check a configuration for an agent that runs, of one motor or several; also what is strange.

    Raises ConfigError as `load_with_doubts` does.
    """
    document = read_document(file, environment)
    agent = _load(document, live=True)
    return agent, _doubts(document, agent)


def _chosen(document: Document, agent: AgentSettings, motor: str | None) -> Settings:
    """Return the settings of the motor that is meant; raises ConfigError if that is not said or not there."""
    ids = ", ".join(agent.names)
    if motor is None and len(agent.motors) == 1:
        return agent.motors[0]
    if motor is None:
        message = (
            f"holds {len(agent.motors)} motors ({ids}), and one is needed here; name it by --motor ID, or "
            "take a file that holds one motor where the command has no such option"
        )
    else:
        found = next((own for own in agent.motors if own.motor.id == motor), None)
        if found is not None:
            return found
        message = f"no motor has the id {quoted(motor)} that --motor names; expected one of {ids}"
    key = ("motors",) if has_several(document) else ("motor",)
    raise ConfigError((Problem(document.file, document.place(key), key, message),))


def _doubts(document: Document, agent: AgentSettings) -> tuple[Problem, ...]:
    """Return what is strange, each once, though all motors share it."""
    if not has_several(document):
        strange = [(key, message) for key, message in doubts(agent.shared)]
    else:
        parts = split(document, host_id())
        strange = [
            (part.key_in_file(key), message)
            for part, settings in zip(parts, agent.motors, strict=True)
            for key, message in doubts(settings)
        ]
    return tuple(
        Problem(document.file, document.place(key), key, message) for key, message in dict.fromkeys(strange)
    )


def _load(document: Document, *, live: bool) -> AgentSettings:
    """Return the settings; raises ConfigError with all that is wrong, within values and between them."""
    stated_version(document)
    if not has_several(document):
        settings = _of_one(document, live=live)
        if settings is None:
            raise ConfigError(tuple(document.problems))
        return of_one(settings)
    motors = []
    for part in split(document, host_id()):
        motors.append(_of_one(part.document, live=live))
        told = {problem.key for problem in document.problems}
        mapped = [part.problem_in_file(problem) for problem in part.document.problems]
        document.problems += [problem for problem in mapped if problem.key not in told]
    if document.problems:
        raise ConfigError(tuple(document.problems))
    return of_several(tuple(own for own in motors if own is not None))


def _of_one(document: Document, *, live: bool) -> Settings | None:
    """Return the settings of one motor; None, with every problem noted, if something is wrong."""
    settings = _validated(document)
    told = {problem.key for problem in document.problems}
    for key, message in (
        *contradictions(document.root),
        *(undescribed_channels(document.root) if live else ()),
    ):
        if key not in told:
            document.report(document.place(key), key, message)
    return None if document.problems else settings


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

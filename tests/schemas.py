"""Payloads held against their shipped schemas."""

import json
from functools import cache

from jsonschema import Draft202012Validator

from edge_agent.publish.schema import FOLDER, SCHEMAS


@cache
def validator(document: str) -> Draft202012Validator:
    """Return what holds a payload against the shipped schema of a document, e.g. `state`."""
    schema = json.loads((FOLDER / f"{document}.json").read_text(encoding="utf-8"))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def check_payload(document: str, payload: object) -> None:
    """Fail if a payload is not as its schema says."""
    problems = [
        f"{document} {error.json_path}: {error.message}" for error in validator(document).iter_errors(payload)
    ]
    if problems:
        raise AssertionError("; ".join(problems))


def check_message(topic: str, payload: str) -> None:
    """Fail if what was published on a topic below `<prefix>/<agent>/` is not as its schema says."""
    levels = topic.split("/")
    if levels[-1] == "status":
        assert payload in ("online", "offline")
        return
    document = "reply" if levels[-2] == "reply" else levels[-1]
    if payload and document in SCHEMAS:
        check_payload(document, json.loads(payload))

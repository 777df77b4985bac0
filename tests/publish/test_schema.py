"""The shipped schemas are current, take every payload, and refuse what is none."""

import json

import pytest
from jsonschema import Draft202012Validator
from schemas import validator

from edge_agent.publish.documents import Document
from edge_agent.publish.schema import FOLDER, SCHEMAS, schema_text


@pytest.mark.parametrize("document", SCHEMAS)
def test_the_schemas_that_are_shipped_are_current_and_valid(document: str) -> None:
    assert (FOLDER / f"{document}.json").read_text(encoding="utf-8") == schema_text(document), "make schema"
    Draft202012Validator.check_schema(json.loads(schema_text(document)))


def test_there_is_a_schema_for_every_document_and_no_other_file() -> None:
    assert set(SCHEMAS) == {kind.__name__.lower() for kind in Document.__args__}  # type: ignore[attr-defined]
    assert {path.name for path in FOLDER.iterdir()} == {f"{document}.json" for document in SCHEMAS}


@pytest.mark.parametrize("document", SCHEMAS)
@pytest.mark.parametrize("payload", [{}, [], None, "text", {"schema": 2}, {"unknown": 1}])
def test_what_is_no_payload_is_refused(document: str, payload: object) -> None:
    assert not validator(document).is_valid(payload)

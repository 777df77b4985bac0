"""The schema of the settings that is shipped."""

from edge_agent.config.schema import SCHEMA_FILE, schema_text


def test_the_schema_that_is_shipped_is_current():
    assert SCHEMA_FILE.read_text() == schema_text(), "run `make schema`"

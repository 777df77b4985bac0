"""JSON Schema of the YAML file, for completion and checks in editors."""

import json
from pathlib import Path

from edge_agent.config.settings import Settings

SCHEMA_FILE = Path(__file__).parents[1] / "config.schema.json"
"""Where the schema is shipped."""


def schema_text() -> str:
    """Return the schema as `SCHEMA_FILE` should hold it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Settings.model_json_schema()}
    schema["title"] = "Configuration of edge-agent"
    return json.dumps(schema, indent=2) + "\n"


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")

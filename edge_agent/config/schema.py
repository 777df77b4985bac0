"""JSON Schema of the YAML file, for completion and checks in editors."""

import json
from pathlib import Path
from typing import Any

from edge_agent.config.motors import MAX_MOTORS, OF_ONE
from edge_agent.config.settings import Settings

SCHEMA_FILE = Path(__file__).parents[1] / "config.schema.json"
"""Where the schema is shipped."""


def schema_text() -> str:
    """Return the schema as `SCHEMA_FILE` should hold it."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **Settings.model_json_schema()}
    schema["title"] = "Configuration of edge-agent"
    _allow_several(schema)
    return json.dumps(schema, indent=2) + "\n"


def _allow_several(schema: dict[str, Any]) -> None:
    """Add `motors`, with which the file has no `motor` and needs no `acquisition` at its top."""
    properties = schema["properties"]
    properties["motors"] = {
        "description": "Several motors of one agent; with it, motor and channels stand in its entries.",
        "type": "array",
        "minItems": 1,
        "maxItems": MAX_MOTORS,
        "items": {
            "type": "object",
            "properties": {key: properties[key] for key in OF_ONE},
            "required": ["motor"],
            "additionalProperties": False,
        },
    }
    of_one, of_all = {"motor", "acquisition"}, set(schema.pop("required"))
    schema["required"] = sorted(of_all - of_one)
    schema["oneOf"] = [{"required": sorted(of_one)}, {"required": ["motors"]}]


if __name__ == "__main__":
    SCHEMA_FILE.write_text(schema_text(), encoding="utf-8")

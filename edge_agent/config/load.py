"""A YAML file in, settings out, or every problem at once."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from pydantic import ValidationError

from edge_agent.config.document import read_document
from edge_agent.config.explain import explain
from edge_agent.config.problems import ConfigError
from edge_agent.config.settings import Settings


def load_settings(file: Path, environment: Mapping[str, str] = os.environ) -> Settings:
    """Read and check a configuration. Raises ConfigError with all that is wrong in it.

    `${NAME}` in values is replaced from `environment`; relative paths count from the folder of the file.
    """
    document = read_document(file, environment)
    settings = None
    try:
        settings = Settings.model_validate_json(
            json.dumps(document.root), strict=True, context={"folder": file.parent}
        )
    except ValidationError as error:
        told = {problem.key for problem in document.problems}
        # A default that depends on a wrong value is no second problem.
        own = (found for found in error.errors() if found["type"] != "default_factory_not_called")
        for position, key, message in (explain(found, document) for found in own):
            if key not in told:
                document.report(position, key, message)
    if settings is None or document.problems:
        raise ConfigError(tuple(document.problems))
    return settings

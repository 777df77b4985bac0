"""Environment variables within values: `${NAME}`, `${NAME:-default}`, and `$$` for a dollar sign."""

import re
from collections.abc import Mapping

_PLACE = re.compile(r"\$(?:\$|\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<or>:-(?P<default>[^${}]*))?\})")
_OTHER = re.compile(r"\$\{(?P<name>[A-Za-z_][A-Za-z0-9_]*)(?P<operator>:?[-?+=#%/^,@])")
_UNBRACED = re.compile(r"\$(?P<name>[A-Za-z_][A-Za-z0-9_]*)")


class VariableError(ValueError):
    """A variable is not set, or a dollar sign has no clear meaning."""


def expand(text: str, environment: Mapping[str, str]) -> str:
    """Return the text with its variables replaced; raises VariableError that says what to write.

    `${NAME:-default}` takes the default where the variable is not set or empty, as a shell does. What a
    variable holds is not expanded again.
    """
    parts: list[str] = []
    position = 0
    while (dollar := text.find("$", position)) >= 0:
        parts.append(text[position:dollar])
        found = _PLACE.match(text, dollar)
        if found is None:
            raise VariableError(_cure(text, dollar))
        parts.append("$" if found["name"] is None else _value(found, environment))
        position = found.end()
    return "".join([*parts, text[position:]])


def _value(found: re.Match[str], environment: Mapping[str, str]) -> str:
    value = environment.get(found["name"])
    if found["or"] is not None:
        return value or found["default"]
    if value is None:
        raise VariableError(
            f"the environment variable {found['name']} is not set; set it, or write the value here"
        )
    return value


def _cure(text: str, dollar: int) -> str:
    """Return what to write in place of a dollar sign that means nothing here."""
    known = "only ${NAME} and ${NAME:-default} stand for a variable, and $$ for a dollar sign"
    if found := _OTHER.match(text, dollar):
        name, operator = found["name"], found["operator"]
        instead = f"${{{name}:-default}}" if operator == "-" else f"${{{name}}}"
        if "}" not in text[dollar:]:
            return f"${{{name} is not closed; {known}"
        if operator == ":-":
            return f"the default of ${{{name}:-...}} may not hold $, {{ or }}; write the value here"
        return f"${{{name}{operator}...}} is not supported: write {instead}; {known}"
    if found := _UNBRACED.match(text, dollar):
        return f"${found['name']} is not supported: write ${{{found['name']}}}; {known}"
    if text.startswith("${", dollar) and "}" not in text[dollar:]:
        return f"a ${{ is not closed; {known}"
    return f"a $ that means nothing; {known}"

"""The corrected channels in the YAML file of the agent; comments, order and all else stay.

Needs ruamel.yaml (extra `calibration`), since PyYAML loses the comments of what it writes.
"""

from collections.abc import Mapping, Sequence
from io import StringIO
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.util import load_yaml_guess_indent

from calibration.sensors.readings import CalibrationError
from calibration.sensors.survey import Correction
from edge_agent.acquire.units import standard_unit
from edge_agent.config import load_settings
from edge_agent.config.replacing import replace_text

_LINE_WIDTH = 4096
"""Length from which lines would be broken: none, so that lines stay as they are."""


def changes_of(correction: Correction, given: Mapping[str, Any] | None = None) -> dict[str, float | str]:
    """Return the keys of a channel that must change, and their values.

    Args:
        correction: the channel as it should be.
        given: what the file says of it now; its unit is kept, and so is what is right already.
    """
    given = given or {}
    known = standard_unit(str(given.get("unit") or ""))
    factor = 1.0 if known is None else known[1]
    is_scaled = correction.scale != correction.before.scale
    values: dict[str, float | str] = {}
    if is_scaled:
        values["scale"] = _rounded(correction.scale / factor)
    values["offset"] = round(correction.offset, 2)
    if is_scaled and correction.full_scale is not None:
        values["full_scale"] = _rounded(correction.full_scale / factor)
    if correction.phase is not None and correction.phase != correction.before.phase:
        values["phase"] = correction.phase
    return {key: value for key, value in values.items() if given.get(key) != value}


def write_channels(path: Path, corrections: Sequence[Correction]) -> None:
    """Write the channels into the file.

    The file is replaced as a whole, and only by one that the agent can use; what was there is kept beside it.
    Raises CalibrationError if it cannot be written, and ConfigError if the agent could not use it.
    """
    try:
        text = with_channels(path.read_text(encoding="utf-8-sig"), corrections)
        _check(path, text)
        replace_text(path, text)
    except OSError as error:
        raise CalibrationError(f"{path} cannot be written: {error.strerror or error}") from error


def with_channels(text: str, corrections: Sequence[Correction]) -> str:
    """Return the text of a configuration with the channels as they should be."""
    _, indent, dash = load_yaml_guess_indent(text)
    yaml = YAML()
    yaml.preserve_quotes = True
    yaml.width = _LINE_WIDTH
    yaml.indent(mapping=2, sequence=max(indent or 2, (dash or 0) + 2), offset=dash or 0)
    document = yaml.load(text)
    if document.get("channels") is None:
        document["channels"] = CommentedSeq()
    channels = document["channels"]
    by_name = {channel["name"]: channel for channel in channels}
    for correction in corrections:
        name = correction.before.name
        if name not in by_name:
            channels.append(_new(name))
            by_name[name] = channels[-1]
        by_name[name].update(changes_of(correction, by_name[name]))
    into = StringIO()
    yaml.dump(document, into)
    return into.getvalue()


def _new(name: str) -> CommentedMap:
    channel = CommentedMap(name=name)
    channel.fa.set_flow_style()
    return channel


def _check(path: Path, text: str) -> None:
    """Raise ConfigError if the agent could not use a text in place of the file."""
    with NamedTemporaryFile("w", encoding="utf-8", dir=path.parent, suffix=".yaml") as file:
        file.write(text)
        file.flush()
        load_settings(Path(file.name))


def _rounded(value: float) -> float:
    """Return six digits: a hundred times finer than what can be calibrated."""
    return float(f"{value:.6g}")

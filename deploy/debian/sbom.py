"""What is in the package: a bill of materials (CycloneDX 1.5, JSON) and the licences of all parts."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.parser import Parser
from hashlib import sha256
from pathlib import Path

_NO_TEXT = "see the licence named by the package\n"
"""Stands for the text of a licence where the wheel brings none."""


@dataclass(frozen=True, slots=True)
class Part:
    """A distribution that was unpacked."""

    name: str
    """Its name on the Python Package Index."""
    version: str
    """Its version."""
    licence: str
    """What it says of its licence, as an SPDX expression where it gives one."""
    text: str
    """Texts of its licence files."""
    modules: tuple[tuple[str, str], ...]
    """Compiled modules and model files, with their SHA-256."""


def installed(lib: Path) -> list[Part]:
    """Return the distributions below `lib`, by name."""
    return [_part(lib, record) for record in sorted(lib.glob("*.dist-info"))]


def bill_of_materials(parts: list[Part], version: str, date: int) -> str:
    """Return the bill of a package of this version; `date` in seconds since 1970."""
    bill = {
        "bomFormat": "CycloneDX",
        "specVersion": "1.5",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, f'edge-agent {version} {date}')}",
        "version": 1,
        "metadata": {
            "timestamp": datetime.fromtimestamp(date, UTC).isoformat().replace("+00:00", "Z"),
            "component": {"type": "application", "name": "edge-agent", "version": version},
        },
        "components": [_component(part) for part in parts],
    }
    return json.dumps(bill, indent=1) + "\n"


def licences(parts: list[Part]) -> str:
    """Return the licences of the parts, in the form of a Debian copyright file."""
    stanzas = []
    for part in parts:
        text = part.text or _NO_TEXT
        lines = [f" {line.rstrip()}" if line.strip() else " ." for line in text.splitlines()]
        head = f"Files: opt/edge-agent/lib/{part.name.replace('-', '_')}*\nCopyright: its authors, named below\n"
        stanzas.append(f"{head}License: {part.name}\n{part.licence and f' {part.licence}' + chr(10)}" + "\n".join(lines))
    return "\n" + "\n\n".join(stanzas) + "\n"


def _part(lib: Path, record: Path) -> Part:
    about = Parser().parsestr((record / "METADATA").read_text(encoding="utf-8", errors="replace"), headersonly=True)
    folder = lib / about["Name"].replace("-", "_").lower()
    files = sorted(file for ending in ("*.so*", "*.onnx") for file in folder.rglob(ending)) if folder.is_dir() else []
    texts = [
        file.read_text(encoding="utf-8", errors="replace")
        for file in sorted(record.rglob("*"))
        if file.is_file() and file.name.upper().startswith(("LICEN", "COPYING", "NOTICE"))
    ]
    return Part(
        name=about["Name"],
        version=about["Version"],
        licence=_licence(about),
        text="\n".join(texts),
        modules=tuple((str(file.relative_to(lib)), sha256(file.read_bytes()).hexdigest()) for file in files),
    )


def _licence(about: Message) -> str:
    """Return the licence as the metadata state it: an expression, a classifier, or one line of words."""
    stated = about["License-Expression"]
    if stated:
        return str(stated)
    classifiers = [line.rpartition(" :: ")[2] for line in about.get_all("Classifier", []) if line.startswith("License")]
    words = str(about["License"] or "").strip().splitlines()
    return ", ".join(classifiers) or (words[0] if words else "not stated")


def _component(part: Part) -> dict[str, object]:
    parts = [
        {"type": "file", "name": name, "hashes": [{"alg": "SHA-256", "content": digest}]}
        for name, digest in part.modules
    ]
    return {
        "type": "library",
        "name": part.name,
        "version": part.version,
        "purl": f"pkg:pypi/{part.name.lower()}@{part.version}",
        "licenses": [{"license": {"name": part.licence}}],
    } | ({"components": parts} if parts else {})

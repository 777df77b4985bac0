"""What is in the package: a bill of materials (CycloneDX 1.5, JSON) and the licences of all parts."""

import json
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import Message
from email.parser import Parser
from hashlib import sha256
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Part:
    """A distribution that was unpacked."""

    name: str
    """Its name on the Python Package Index."""
    version: str
    """Its version."""
    licence: str
    """What it says of its licence, as an SPDX expression where it gives one."""
    files: str
    """Beginning of the names of its folders and modules."""
    texts: tuple[str, ...]
    """Files with the text of its licence, below the folder of all parts."""
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


def licences(parts: list[Part], lib: Path) -> str:
    """Return the licences of the parts, in the form of a Debian copyright file; `lib` is where they lie."""
    stanzas = []
    for part in parts:
        texts = [f" See {lib / text}." for text in part.texts] or [" The wheel brings no text of it."]
        stanzas.append(
            f"\nFiles: {lib / part.files}*\nCopyright: its authors, named in the texts below\n"
            f"License: {part.name}\n {part.licence}.\n" + "\n".join(texts) + "\n"
        )
    return "".join(stanzas)


def _part(lib: Path, record: Path) -> Part:
    text = (record / "METADATA").read_text(encoding="utf-8", errors="replace")
    about = Parser().parsestr(text, headersonly=True)
    name = about["Name"].replace("-", "_").lower()
    tops = record / "top_level.txt"  # a distribution may have other names than its folders
    folders = tops.read_text().split() if tops.exists() else [name]
    files = sorted(
        file for top in folders for ending in ("*.so*", "*.onnx") for file in (lib / top).rglob(ending)
    )
    texts = [
        str(file.relative_to(lib))
        for file in sorted(record.rglob("*"))
        if file.is_file() and file.name.upper().startswith(("LICEN", "COPYING", "NOTICE"))
    ]
    return Part(
        name=about["Name"],
        version=about["Version"],
        licence=_licence(about),
        files=folders[0],
        texts=tuple(texts),
        modules=tuple((str(file.relative_to(lib)), sha256(file.read_bytes()).hexdigest()) for file in files),
    )


def _licence(about: Message) -> str:
    """Return the licence as the metadata state it: an expression, a classifier, or one line of words."""
    stated = about["License-Expression"]
    if stated:
        return str(stated)
    classifiers = [
        line.rpartition(" :: ")[2] for line in about.get_all("Classifier", []) if line.startswith("License")
    ]
    words = str(about["License"] or "").strip().splitlines()
    return ", ".join(classifiers) or (words[0] if words else "not stated")


def _component(part: Part) -> dict[str, object]:
    parts: list[object] = [
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

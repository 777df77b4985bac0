"""Write lock/<suite>.txt: the newest wheels that pyproject.toml allows, with their hashes.

    python deploy/debian/lock.py

Look at the difference before it is committed: it is all that the packages bring beside this project.
"""

import hashlib
import subprocess
import sys
import tempfile
import tomllib
from collections import defaultdict
from pathlib import Path

from build import HERE, MACHINES, ROOT, SUITES, platform_options

EXTRAS = ("web",)
"""Extras that the package brings: pure Python only."""


def main() -> int:
    """Write the file of each suite."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    wanted = [
        *project["dependencies"],
        *(line for extra in EXTRAS for line in project["optional-dependencies"][extra]),
    ]
    for suite in SUITES:
        found: dict[str, set[str]] = defaultdict(set)
        for arch in MACHINES:
            for requirement, digest in resolve(wanted, suite, arch):
                found[requirement].add(digest)
        lines = [
            " \\\n    ".join([requirement, *(f"--hash=sha256:{digest}" for digest in sorted(digests))])
            for requirement, digests in sorted(found.items())
        ]
        head = f"# Wheels of the package for {suite}; written by deploy/debian/lock.py.\n"
        (HERE / "lock" / f"{suite}.txt").write_text(head + "\n".join(lines) + "\n")
        print(f"{suite}: {len(found)} wheels")
    return 0


def resolve(wanted: list[str], suite: str, arch: str) -> list[tuple[str, str]]:
    """Return `name==version` and SHA-256 of each wheel that these requirements lead to on a machine."""
    with tempfile.TemporaryDirectory(prefix="edge-agent-lock-") as folder:
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--dest", folder]
        subprocess.run([*command, *platform_options(suite, arch), *wanted], check=True)
        return [
            ("==".join(wheel.name.split("-")[:2]), hashlib.sha256(wheel.read_bytes()).hexdigest())
            for wheel in sorted(Path(folder).glob("*.whl"))
        ]


if __name__ == "__main__":
    sys.exit(main())

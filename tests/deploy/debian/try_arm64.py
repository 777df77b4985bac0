"""Install the arm64 package in a fresh root under qemu, and hold its verdicts to those of this machine.

    make arm64          as root; needs debootstrap and qemu-user-static; some ten minutes, ends by itself

Six recordings of one simulated plate are replayed in both. Emulation shows whether the answers are equal; it
says nothing of speed.
"""

import argparse
import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))
from plates import plate_yaml

from calibration.simulator.recording import simulate
from calibration.simulator.scenario import Scenario
from edge_agent.acquire.recordings import write_recording

ROOT = Path(__file__).parents[3]
CASES = ((0, 0.9), (0, 0.5), (1, 0.9), (1, 0.6), (2, 0.8), (4, 0.7))
"""Broken bars and load of the six recordings."""
MAX_DIFFERENCE = 0.005
"""Probabilities may differ by this: the kernels round differently."""
REGISTRATION = Path("/usr/lib/binfmt.d/qemu-aarch64.conf")
"""What Debian's qemu-user-static tells the kernel of arm64 programs."""


def host(*command: str) -> str:
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout


def make_root(path: Path) -> None:
    """Make a root of arm64, with what the package depends on."""
    known = Path("/proc/sys/fs/binfmt_misc")
    if not (known / "register").exists():
        host("mount", "-t", "binfmt_misc", "binfmt_misc", str(known))
    if not (known / "qemu-aarch64").exists():
        (known / "register").write_text(REGISTRATION.read_text())
    if (path / "usr/bin/python3").exists():
        return
    include = "--include=python3,libstdc++6,passwd,init-system-helpers"
    host("debootstrap", "--arch=arm64", "--foreign", "--variant=minbase", include, "bookworm", str(path))
    host("chroot", str(path), "/debootstrap/debootstrap", "--second-stage")
    processors = (
        path / "sys/devices/system/cpu"
    )  # without these files ONNX Runtime does not know the processor
    processors.mkdir(parents=True, exist_ok=True)
    for name in ("possible", "present"):
        (processors / name).write_text("0-1\n")


def make_recordings(folder: Path) -> list[Path]:
    """Write the recordings and the configuration that they are replayed with."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "agent.yaml").write_text(
        f"motor: {plate_yaml(id='m')}\nacquisition: {{port: none}}\nmqtt: {{host: localhost}}\n"
        "state_dir: /tmp/state\n"
    )
    paths = []
    for number, (bars, load) in enumerate(CASES):
        paths.append(folder / f"{number}.npz")
        scenario = Scenario(seed=7700 + number, broken_bars=bars, load=load, duration_s=12.5)
        write_recording(paths[-1], simulate(scenario))
    return paths


def verdicts(program: list[str], folder: Path, recordings: list[Path]) -> list[dict[str, Any]]:
    """Replay; return the payload of each window."""
    files = [str(folder / path.name) for path in recordings]
    printed = host(*program, "replay", *files, "-c", str(folder / "agent.yaml"), "--json")
    return [json.loads(line) for line in printed.splitlines()]


def main() -> int:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--work", type=Path, default=ROOT / "build/arm64", help="folder for the root, kept")
    parser.add_argument("package", type=Path, help="the arm64 package for bookworm")
    args = parser.parse_args()
    root = args.work.resolve() / "bookworm"
    make_root(root)
    shutil.copy(args.package, root / "root/edge-agent.deb")
    host("chroot", str(root), "dpkg", "--install", "/root/edge-agent.deb")
    recordings = make_recordings(root / "recordings")
    here = verdicts([sys.executable, "-m", "edge_agent.cli"], root / "recordings", recordings)
    there = verdicts(["chroot", str(root), "edge-agent"], Path("/recordings"), recordings)
    assert len(here) == len(there) >= len(CASES)
    largest = 0.0
    for own, other in zip(here, there, strict=True):
        same = [(each["state"], each["reason"], each["severity"]) for each in (own, other)]
        print(f"amd64 {own['state']:<13} arm64 {other['state']:<13} {own['broken_bars']}")
        assert same[0] == same[1]
        assert own["broken_bars"] == other["broken_bars"]
        for name, share in (own["probabilities"] or {}).items():
            largest = max(largest, abs(share - other["probabilities"][name]))
    print(f"{len(here)} windows with the same verdict; probabilities differ by at most {largest:.4f}")
    assert largest <= MAX_DIFFERENCE
    return 0


if __name__ == "__main__":
    sys.exit(main())

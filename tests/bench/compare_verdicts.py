"""Are the verdicts of two trees equal, payload by payload? `tests/bench/compare_verdicts.py`.

    compare_verdicts.py make FOLDER --first-seed 5300000 --count 200    simulated recordings and their plates
    compare_verdicts.py say FOLDER OUT.jsonl [--tree TREE]              what a tree's `edge-agent replay` says
    compare_verdicts.py compare BEFORE.jsonl AFTER.jsonl                exit status 1 where they differ

FOLDER may hold further folders with an `agent.yaml` and recordings. Times of day, latencies
and keys that only one side has are left out; --reasons FILE maps renamed reasons as JSON {"new": "old"}.
"""

import argparse
import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path

import _paths  # noqa: F401

_OWN_TIME = {"time", "latency_ms", "start", "end", "model", "recording"}
"""Keys that differ between two runs of the same tree, or between places."""
_SETS = ("training", "validation")
"""Both, so that missing sensors, faults of the measurement and confounders are among them."""


def main() -> int:
    """Make, say or compare."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    verbs = parser.add_subparsers(dest="verb", required=True)
    make = verbs.add_parser("make")
    make.add_argument("folder", type=Path)
    make.add_argument("--first-seed", type=int, default=5_300_000)
    make.add_argument("--count", type=int, default=200)
    say = verbs.add_parser("say")
    say.add_argument("folder", type=Path)
    say.add_argument("out", type=Path)
    say.add_argument("--tree", type=Path, default=Path(__file__).parents[2])
    compare = verbs.add_parser("compare")
    compare.add_argument("before", type=Path)
    compare.add_argument("after", type=Path)
    compare.add_argument("--reasons", type=Path)
    args = parser.parse_args()
    if args.verb == "make":
        return make_recordings(args.folder, args.first_seed, args.count)
    if args.verb == "say":
        return say_verdicts(args.folder, args.out, args.tree)
    return compare_verdicts(args.before, args.after, args.reasons)


def make_recordings(folder: Path, first_seed: int, count: int) -> int:
    """Simulate `count` recordings of 12 s, each in a folder with its plate as agent.yaml."""
    import yaml
    from cases import plate_of

    from calibration.simulator.recording import simulate
    from calibration.simulator.sets import draw_scenario
    from edge_agent.acquire.recordings import write_recording

    for number in range(count):
        scenario = draw_scenario(_SETS[number % 2], first_seed + number)
        own = folder / f"{_SETS[number % 2]}-{first_seed + number}"
        own.mkdir(parents=True, exist_ok=True)
        write_recording(own / "recording.npz", simulate(scenario))
        plate = plate_of(scenario).model_dump(mode="json", exclude_none=True)
        config = {"motor": plate, "acquisition": {"port": "/dev/null"}, "mqtt": {"host": "localhost"}}
        (own / "agent.yaml").write_text(yaml.safe_dump(config), encoding="utf-8")
    return 0


def say_verdicts(folder: Path, out: Path, tree: Path) -> int:
    """Replay every folder that has an agent.yaml, and write what is said, a JSON object a line."""
    environment = os.environ | {"PYTHONPATH": str(tree)}
    with out.open("w", encoding="utf-8") as file:
        for config in sorted(folder.rglob("agent.yaml")):
            recordings = sorted(str(path) for path in config.parent.glob("*.npz"))
            command = [
                sys.executable,
                "-m",
                "edge_agent.cli",
                "replay",
                *recordings,
                "-c",
                str(config),
                "--json",
            ]
            done = subprocess.run(
                command, capture_output=True, text=True, env=environment, cwd=tree, check=False
            )
            file.write(done.stdout)
            if done.returncode:
                print(f"{config}: status {done.returncode}: {done.stderr[-500:]}", file=sys.stderr)
    return 0


def compare_verdicts(before: Path, after: Path, reasons: Path | None) -> int:
    """Print each payload that differs, and how many were compared."""
    renamed = json.loads(reasons.read_text(encoding="utf-8")) if reasons else {}
    old, new = (_payloads(path) for path in (before, after))
    differing = sorted(old.keys() ^ new.keys())
    for key in old.keys() & new.keys():
        for place, was, now in _differences(old[key], new[key], renamed):
            differing.append(key)
            print(f"{key}: {place}: {was!r} -> {now!r}")
    print(f"{len(old)} payloads before, {len(new)} after, {len(set(differing))} differ")
    return int(bool(differing))


def _payloads(path: Path) -> dict[tuple[str, str, int], dict[str, object]]:
    found: dict[tuple[str, str, int], dict[str, object]] = {}
    seen: Counter[tuple[str, str]] = Counter()
    for line in path.read_text(encoding="utf-8").splitlines():
        payload = json.loads(line)
        key = "/".join(Path(payload["recording"]).parts[-2:]), payload["kind"]
        found[*key, seen[key]] = payload
        seen[key] += 1
    return found


def _differences(
    old: object, new: object, renamed: dict[str, str], place: str = ""
) -> list[tuple[str, object, object]]:
    if isinstance(old, dict) and isinstance(new, dict):
        shared = [key for key in old if key in new and key not in _OWN_TIME]
        return [d for k in shared for d in _differences(old[k], new[k], renamed, f"{place}.{k}")]
    if place.endswith("reason") and isinstance(new, str):
        new = renamed.get(new, new)
    return [] if old == new else [(place, old, new)]


if __name__ == "__main__":
    sys.exit(main())

"""`edge-calibrate evaluate`: what a model file reaches on a data set, or says of real recordings."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from calibration.learning.assessment import calibration_error, figures, judge
from calibration.learning.examples import MANIFEST_FILE, DatasetManifest, Split, load_split
from calibration.learning.inference import believe
from calibration.learning.measured import conditions_table, judge_recordings
from edge_agent.config.load import load_settings
from edge_agent.diagnose.manifest import Figure
from edge_agent.diagnose.model import Model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("model", help="model file, or builtin")
    parser.add_argument("data", type=Path, help="folder of edge-calibrate dataset, or of recordings (.npz)")
    parser.add_argument(
        "--split", choices=["train", "validation", "test"], default="test", help="of a data set"
    )
    parser.add_argument("-c", "--config", type=Path, help="agent's YAML with the nameplate, for recordings")
    parser.add_argument("--out", type=Path, help="folder for report.md and report.json")


def run(args: argparse.Namespace) -> int:
    """Judge every recording and write what was found."""
    model = Model.load(args.model)
    if (args.data / MANIFEST_FILE).exists():
        report, content = evaluate_dataset(model, args.data, args.split)
    elif args.config is not None:
        report, content = evaluate_recordings(model, args.data, args.config)
    else:
        print(f"{args.data}: no {MANIFEST_FILE} in it; for a folder of recordings give --config too")
        return 2
    print(report)
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "report.md").write_text(report)
        (args.out / "report.json").write_text(json.dumps(content, indent=1))
    return 0


def evaluate_dataset(model: Model, folder: Path, split: Split) -> tuple[str, dict[str, object]]:
    """Figures on one split, as Markdown and for JSON."""
    manifest = DatasetManifest.load(folder)
    examples = load_split(folder, manifest, split)
    judgements = judge(believe(model, examples), examples, manifest.recordings, model.spec.thresholds.broken)
    found, error = figures(judgements, split), calibration_error(judgements)
    report = f"# {model.spec.name} on {split} motors\n\n{table(found)}\n\n"
    report += f"Expected calibration error of broken or not: {error:.3f}\n"
    return report, {"figures": [asdict(f) for f in found], "expected_calibration_error": error}


def evaluate_recordings(model: Model, folder: Path, config: Path) -> tuple[str, dict[str, object]]:
    """Verdicts on real recordings, as Markdown and for JSON."""
    settings = load_settings(config)
    verdicts = judge_recordings(model, folder, settings.motor, settings.window.length_s)
    counted = conditions_table(verdicts, model.spec.thresholds.broken)
    report = f"# {model.spec.name} on {folder.name}\n\n{counted}\n"
    return report, {"verdicts": [asdict(verdict) for verdict in verdicts]}


def table(found: list[Figure]) -> str:
    """Figures as a Markdown table."""
    lines = ["| figure | value | 95 % interval | recordings | motors |", "|---|---|---|---|---|"]
    lines += [
        f"| {f.name} | {100 * f.value:.1f} % | {100 * f.interval[0]:.1f}-{100 * f.interval[1]:.1f} % "
        f"| {f.recordings} | {f.motors} |"
        for f in found
    ]
    return "\n".join(lines)

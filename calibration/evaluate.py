"""`edge-calibrate evaluate`: what a model file reaches on a data set, in Markdown and JSON."""

import argparse
import json
from dataclasses import asdict
from pathlib import Path

from calibration.learning.assessment import calibration_error, figures, judge
from calibration.learning.examples import DatasetManifest, load_split
from calibration.learning.inference import believe
from edge_agent.diagnose.manifest import Figure
from edge_agent.diagnose.model import Model


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options of the command."""
    parser.add_argument("model", help="model file, or builtin")
    parser.add_argument("dataset", type=Path, help="folder that edge-calibrate dataset made")
    parser.add_argument("--split", choices=["train", "validation", "test"], default="test")
    parser.add_argument("--out", type=Path, help="folder for report.md and report.json")


def run(args: argparse.Namespace) -> int:
    """Judge every recording of the split and write the figures."""
    model = Model.load(args.model)
    manifest = DatasetManifest.load(args.dataset)
    examples = load_split(args.dataset, manifest, args.split)
    probabilities = believe(model, examples)
    judgements = judge(probabilities, examples, manifest.recordings, model.spec.thresholds.broken)
    found = figures(judgements, args.split)
    error = calibration_error(judgements)
    report = f"# {model.spec.name} on {args.split} motors\n\n{table(found)}\n\n"
    report += f"Expected calibration error of broken or not: {error:.3f}\n"
    print(report)
    if args.out is not None:
        args.out.mkdir(parents=True, exist_ok=True)
        (args.out / "report.md").write_text(report)
        content = {"figures": [asdict(figure) for figure in found], "expected_calibration_error": error}
        (args.out / "report.json").write_text(json.dumps(content, indent=1))
    return 0


def table(found: list[Figure]) -> str:
    """Figures as a Markdown table."""
    lines = ["| figure | value | 95 % interval | recordings | motors |", "|---|---|---|---|---|"]
    lines += [
        f"| {f.name} | {100 * f.value:.1f} % | {100 * f.interval[0]:.1f}-{100 * f.interval[1]:.1f} % "
        f"| {f.recordings} | {f.motors} |"
        for f in found
    ]
    return "\n".join(lines)

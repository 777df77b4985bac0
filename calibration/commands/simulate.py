"""`edge-calibrate simulate`: recordings of simulated motors."""

import argparse
import sys
from collections.abc import Iterator
from pathlib import Path

import yaml

from calibration.simulator.production import produce
from calibration.simulator.recording import recording_name
from calibration.simulator.scenario import Scenario, read_scenario
from calibration.simulator.sets import SETS, draw_scenario
from edge_agent.acquire.recordings import Recording, read_recording
from edge_agent.cli import DONE, WRONG_USAGE
from edge_agent.plain import one_line


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add what the command takes."""
    parser.add_argument(
        "--serial",
        action="store_true",
        help="act as a DAQ on a pty instead; for its options: edge-calibrate simulate --serial --help",
    )
    parser.add_argument(
        "--scenario",
        default="validation",
        metavar="FILE",
        help=f"a YAML file of scenario fields, or the name of a set: {', '.join(SETS)}",
    )
    parser.add_argument("--count", type=int, default=1, help="number of recordings, of consecutive seeds")
    parser.add_argument(
        "--first-seed", type=int, help="seed of the first recording (default: the file's, or 0)"
    )
    parser.add_argument("--jobs", type=int, default=1, help="number of processes")
    parser.add_argument("--out", type=Path, default=Path("recordings"), metavar="DIR", help="folder to write")
    parser.add_argument("--plot", action="store_true", help="also write a picture of each recording (.png)")
    parser.add_argument(
        "--lab-layout", action="store_true", help="also write the set lab_rig in the original file layout"
    )


def run(args: argparse.Namespace) -> int:
    """Make the recordings; return the exit status."""
    try:
        scenarios = _scenarios(args)
    except (OSError, ValueError, yaml.YAMLError) as error:
        print(f"edge-calibrate simulate: {one_line(str(error))}", file=sys.stderr)
        return WRONG_USAGE
    # What these need may not be installed: that is to be said before hours of simulation, not after.
    if args.lab_layout:
        from calibration.simulator.lab_export import write_lab_files
    if args.plot:
        from calibration.simulator.plot import plot_recording
    args.out.mkdir(parents=True, exist_ok=True)
    paths = produce(scenarios, args.out, args.jobs)
    if args.lab_layout:
        write_lab_files(args.out, _made(scenarios, paths))
    else:
        for path in paths:
            print(path, flush=True)
    if args.plot:
        for scenario in scenarios:
            plot_recording(scenario, args.out / f"{recording_name(scenario)}.png")
    return DONE


def _scenarios(args: argparse.Namespace) -> list[Scenario]:
    """Read or draw what is asked for; raises ValueError if it makes no sense."""
    for name in ("count", "jobs"):
        if getattr(args, name) < 1:
            raise ValueError(f"--{name}: {getattr(args, name)} is not positive")
    if args.lab_layout and args.scenario != "lab_rig":
        raise ValueError(f"--lab-layout: {args.scenario} is not the set lab_rig, whose files it writes")
    if args.scenario in SETS:
        first = args.first_seed or 0
        return [draw_scenario(args.scenario, first + k) for k in range(args.count)]
    scenario = read_scenario(Path(args.scenario))
    first = scenario.seed if args.first_seed is None else args.first_seed
    return [scenario.with_seed(first + k) for k in range(args.count)]


def _made(scenarios: list[Scenario], paths: Iterator[Path]) -> Iterator[tuple[Scenario, Recording]]:
    """Pair scenarios with their recordings as these get ready."""
    for scenario, path in zip(scenarios, paths, strict=True):
        print(path, flush=True)
        yield scenario, read_recording(path)

"""The command line: `edge-calibrate simulate | import | dataset | train | compare | quantize | ...`."""

import sys
from collections.abc import Sequence

from edge_agent.cli import Command, dispatch

COMMANDS = {
    "simulate": Command(
        "calibration.commands.simulate", "make recordings of simulated motors, or with --serial act as a DAQ"
    ),
    "import": Command(
        "calibration.commands.import_recordings",
        "convert files of other programs (CSV, WAV, MATLAB, TDMS, COMTRADE) to recordings",
    ),
    "dataset": Command("calibration.commands.dataset", "make training examples from recordings"),
    "train": Command("calibration.commands.train", "fit the network to a data set"),
    "compare": Command("calibration.commands.compare", "train and test several models on the same split"),
    "conditions": Command(
        "calibration.commands.conditions",
        "train networks for the conditions beside broken bars, and compare them with the indicators",
    ),
    "quantize": Command("calibration.commands.quantize", "make an INT8 model file from a trained network"),
    "evaluate": Command(
        "calibration.commands.evaluate", "evaluate a model file on recordings that it has not seen"
    ),
    "trial": Command(
        "calibration.commands.trial", "compare a new model file with the one in service, before a roll-out"
    ),
    "baseline": Command(
        "calibration.commands.baseline", "learn the baseline of a motor from recordings, or check one"
    ),
    "sensors": Command(
        "calibration.commands.sensors", "calibrate the sensors by readings of a meter, and check their wiring"
    ),
    "commission": Command(
        "calibration.commands.commission", "check an installation, and write the report that hands it over"
    ),
    "crowd": Command("calibration.commands.crowd", "load a broker of this machine with simulated agents"),
    "demo": Command("calibration.commands.demo", "run broker, DAQ and agent, and break two rotor bars"),
}
"""The commands by name, in the order in which `--help` lists them."""

VIRTUAL_DAQ = Command("calibration.commands.virtual_daq", COMMANDS["simulate"].help)
"""Runs in place of `simulate` when `--serial` is given."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `edge-calibrate`; return its exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    commands = {**COMMANDS, "simulate": VIRTUAL_DAQ} if "--serial" in given else COMMANDS
    description = (
        "Tools around the edge agent: simulate motors, import recordings, train and evaluate models."
    )
    return dispatch("edge-calibrate", description, commands, given)


if __name__ == "__main__":
    sys.exit(main())

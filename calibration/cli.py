"""The command line: `edge-calibrate simulate | import | dataset | train | compare | quantize | ...`."""

import sys
from collections.abc import Sequence

from edge_agent.cli import Command, dispatch

COMMANDS = {
    "simulate": Command(
        "calibration.simulator.command", "make recordings, or with --serial be a DAQ on a pty"
    ),
    "import": Command("calibration.import_recordings", "make recordings of laboratory files, CSV and WAV"),
    "dataset": Command("calibration.dataset", "make training examples of simulated recordings"),
    "train": Command("calibration.train", "fit the network to a data set"),
    "compare": Command("calibration.compare", "train and test several models on the same split"),
    "quantize": Command("calibration.quantize", "make a trained network an INT8 model file"),
    "evaluate": Command("calibration.evaluate", "judge a model file on recordings that it has not seen"),
    "demo": Command("calibration.demo", "show broker, DAQ and agent at work, and break two bars"),
}
"""By name."""

VIRTUAL_DAQ = Command("calibration.virtual_daq", COMMANDS["simulate"].help)
"""What `simulate` is with `--serial`."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `edge-calibrate`; give its exit status."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    commands = {**COMMANDS, "simulate": VIRTUAL_DAQ} if "--serial" in given else COMMANDS
    description = "What is done before and beside running the edge agent: simulating, training, evaluating."
    return dispatch("edge-calibrate", description, commands, given)


if __name__ == "__main__":
    sys.exit(main())

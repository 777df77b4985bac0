"""`edge-calibrate sensors`: gain, offset and wiring of the sensors, by readings of a meter."""

import argparse
import sys
from pathlib import Path

from calibration.commands.reading_options import add_reading_options, flips_of, loads_of, readings_of
from calibration.sensors.findings import Problem
from calibration.sensors.readings import CalibrationError
from calibration.sensors.survey import Survey, survey
from calibration.sensors.words import told
from edge_agent.acquire.recordings import RecordingError
from edge_agent.cli import DONE, FAILED, WRONG_USAGE
from edge_agent.config import load_settings
from edge_agent.plain import printable

_SECONDS = 30.0
"""Length of a live recording, s: judgement, as long as it takes to read a meter on three conductors."""
_SPOILS_GAINS = {Problem.CLIPPED, Problem.READING, Problem.SAME_CONDUCTOR, Problem.UNEVEN}
"""With one of these, the gains are not those of the sensors."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("-c", "--config", type=Path, required=True, help="the YAML file of the agent")
    add_reading_options(parser, _SECONDS)
    parser.add_argument("--write", action="store_true", help="write the channels into the YAML file")


def run(args: argparse.Namespace) -> int:
    """Print what is known of the sensors; 1 if anything is wrong with them."""
    if args.write:
        # It may not be installed: that is to be said before a motor is recorded, not after.
        import calibration.sensors.yaml_channels  # noqa: F401
    try:
        settings = load_settings(args.config)
        loads, flips = loads_of(args, settings), flips_of(args, settings)
        found = survey(loads, flips, readings_of(args, settings), settings.motor)
        for line in told(found):
            print(printable(line))
        if args.write:
            _write(args.config, found)
    except (CalibrationError, RecordingError) as error:
        print(printable(f"edge-calibrate sensors: {error}"), file=sys.stderr)
        return WRONG_USAGE
    return FAILED if found.findings else DONE


def _write(config: Path, found: Survey) -> None:
    from calibration.sensors.yaml_channels import write_channels

    spoilt = [finding for finding in found.findings if finding.problem in _SPOILS_GAINS]
    if spoilt:
        raise CalibrationError(f"nothing is written, since the gains are not known: {spoilt[0].text}")
    write_channels(config, found.corrections)
    names = ", ".join(correction.before.name for correction in found.corrections)
    print(printable(f"written into {config}: {names}. Check it with: edge-agent check {config}"))
    if any(correction.needs_no_rewiring for correction in found.corrections):
        print("What is corrected there must not be turned round or moved on the motor as well.")

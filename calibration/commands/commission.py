"""`edge-calibrate commission`: check an installation, and write the report that hands it over."""

import argparse
import sys
from datetime import datetime
from pathlib import Path

from calibration.commands.reading_options import add_reading_options, flips_of, loads_of, readings_of
from calibration.commissioning.baseline import baseline_told
from calibration.commissioning.detection import detection
from calibration.commissioning.doctor import DoctorError, doctor_command, live_checks
from calibration.commissioning.handover import Check, Handover
from calibration.commissioning.page import page
from calibration.sensors.readings import CalibrationError, Load
from calibration.sensors.survey import Survey, survey
from edge_agent.acquire.recordings import Recording, RecordingError
from edge_agent.capabilities import capabilities
from edge_agent.cli import DONE, FAILED, WRONG_USAGE
from edge_agent.commands.record import told as recording_told
from edge_agent.config import Settings, load_settings
from edge_agent.diagnose.model import ModelError
from edge_agent.plain import printable

_SECONDS = 60.0
"""Length of a live recording, s: five windows that share no sample."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument("-c", "--config", type=Path, required=True, help="the YAML file of the agent")
    parser.add_argument("-o", "--output", type=Path, required=True, help="the report to write (.html)")
    add_reading_options(parser, _SECONDS)


def run(args: argparse.Namespace) -> int:
    """Check everything and write the report; 1 if anything is wrong or could not be checked."""
    settings = load_settings(args.config)
    if args.output.exists():
        print(printable(f"edge-calibrate commission: {args.output} is there already"), file=sys.stderr)
        return WRONG_USAGE
    try:
        handover = _handover(args, settings)
        args.output.write_text(page(handover), encoding="utf-8")
    except (ModelError, OSError) as error:
        print(printable(f"edge-calibrate commission: {error}"), file=sys.stderr)
        return FAILED
    print(printable(f"{args.output}: {'nothing is wrong' if handover.is_clean else 'see its findings'}"))
    for sentence in _wrong(handover):
        print(printable(sentence))
    return DONE if handover.is_clean else FAILED


def _handover(args: argparse.Namespace, settings: Settings) -> Handover:
    """Check the surroundings first: both need the port, one after the other."""
    checks, unchecked = _checks(args.config)
    loads, found, unsurveyed = _sensors(args, settings)
    recording = loads[0].recording if loads else None
    return Handover(
        made=datetime.now().astimezone(),
        agent=settings.agent.id,
        site=settings.agent.site or "",
        nameplate=settings.motor,
        checks=checks,
        unchecked=unchecked,
        survey=found,
        unsurveyed=unsurveyed,
        capabilities=_capabilities(settings, recording),
        detection=tuple(detection(settings, recording)),
        baseline=tuple(baseline_told(settings)),
        recorded="" if recording is None else f"{recording.name}: {recording_told(recording)}",
    )


def _checks(config: Path) -> tuple[tuple[Check, ...], str]:
    try:
        return live_checks(doctor_command(config)), ""
    except DoctorError as error:
        return (), str(error)


def _sensors(args: argparse.Namespace, settings: Settings) -> tuple[list[Load], Survey | None, str]:
    """Return the loads and the survey of the sensors, or why there is none."""
    loads: list[Load] = []
    try:
        loads = loads_of(args, settings)
        found = survey(loads, flips_of(args, settings), readings_of(args, settings), settings.motor)
    except (CalibrationError, RecordingError) as error:
        return loads, None, f"The sensors were not checked: {error}"
    return loads, found, ""


def _capabilities(settings: Settings, recording: Recording | None) -> tuple[str, ...]:
    if recording is None:
        return ("Not known without samples.",)
    return tuple(capabilities(recording.device.streams, settings.motor, settings.window.length_s))


def _wrong(handover: Handover) -> list[str]:
    """Return what keeps the report from being clean, a line each."""
    failed = [f"{c.name}: {c.what}; {c.advice}" for c in handover.checks if c.result == "fail"]
    findings = [] if handover.survey is None else [finding.text for finding in handover.survey.findings]
    return [text for text in (handover.unchecked, *failed, handover.unsurveyed, *findings) if text]

"""`edge-agent init`: the first configuration, by questions or from `--set`."""

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from edge_agent.acquire.ports import list_ports
from edge_agent.cli import DONE, WRONG_USAGE
from edge_agent.commands.check import summary, verdict
from edge_agent.config import ConfigError, load_with_doubts
from edge_agent.config.problems import spell
from edge_agent.config.replacing import replace_text
from edge_agent.plain import printable
from edge_agent.setup.answers import problems_in, setting
from edge_agent.setup.file_text import file_text
from edge_agent.setup.interview import Interview, Surroundings
from edge_agent.setup.listening import listen
from edge_agent.setup.questions import QUESTIONS, Answers, applies

_BY_KEY = {question.key: question for question in QUESTIONS}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the options."""
    parser.add_argument(
        "-o", "--output", type=Path, default=Path("agent.yaml"), help="the file to write (agent.yaml)"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="ask nothing, and take this value, e.g. motor.poles=4; may be given many times",
    )
    parser.add_argument(
        "--force", action="store_true", help="replace a file that is there; it is kept beside"
    )


def run(args: argparse.Namespace) -> int:
    """Ask, write the file and check it; 2 if an answer is wrong or missing, and nothing is written then."""
    if args.output.exists() and not args.force:
        print(
            f"edge-agent init: {args.output} is there already; choose another name, or --force",
            file=sys.stderr,
        )
        return WRONG_USAGE
    try:
        answers = given(args.set, args.output) if args.set else _asked(args.output)
    except (ValueError, EOFError) as error:
        for line in f"edge-agent init: {error}".splitlines():
            print(printable(line), file=sys.stderr)
        return WRONG_USAGE
    _write(args.output, file_text(answers))
    settings, doubts = load_with_doubts(args.output)
    for line in (
        verdict(args.output, doubts),
        *summary(settings),
        *(f"warning: {doubt}" for doubt in doubts),
    ):
        print(printable(line))
    print(printable(f"next, with everything connected: edge-agent doctor -c {args.output}"))
    return DONE


def given(settings: Sequence[str], file: Path) -> Answers:
    """Return the answers of `--set`, with what is usual for the rest.

    Raises ValueError if one is no setting or a needed one is missing, all of these at once; ConfigError if
    the rules do not allow one.
    """
    answers = dict(setting(text, _BY_KEY) for text in settings)
    for question in QUESTIONS:
        if question.usual is not None:
            answers.setdefault(question.key, question.usual)
    wanted = (q for q in QUESTIONS if q.needed and applies(q, answers, described=True))
    missing = [question for question in wanted if question.key not in answers]
    if missing:
        lines = [f"  --set {spell(question.key)}=...  {question.where}" for question in missing]
        raise ValueError("\n".join(["these are missing:", *lines]))
    problems = problems_in(answers, file)
    if problems:
        raise ConfigError(problems)
    return answers


def _asked(file: Path) -> Answers:
    interview = Interview(file, Surroundings(input, lambda line: print(printable(line)), list_ports, listen))
    try:
        return interview.hold()
    except EOFError:
        raise EOFError(
            "the answers have ended too early; to ask nothing, give all of them with --set"
        ) from None


def _write(file: Path, text: str) -> None:
    """Write a new file; one that is there is kept beside it."""
    if file.exists():
        print(printable(f"the old file is kept as {replace_text(file, text)}"))
        return
    with file.open("x", encoding="utf-8") as stream:
        stream.write(text)

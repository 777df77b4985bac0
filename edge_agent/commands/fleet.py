"""`edge-agent fleet make | rotate | revoke`: many agents from one table, and their credentials."""

import argparse
import sys
from pathlib import Path

from edge_agent.cli import DONE, WRONG_USAGE
from edge_agent.fleet.authority import AuthorityError
from edge_agent.fleet.fleet import Fleet, FleetError
from edge_agent.fleet.names import NamesError
from edge_agent.fleet.table import TableError, read_table
from edge_agent.plain import printable
from edge_agent.setup.answers import setting
from edge_agent.setup.questions import QUESTIONS

_MAX_WARNINGS = 20
"""Warnings that are shown; judgement: a screen. The rest is counted."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the sub-commands and their options."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="make|rotate|revoke")
    make = actions.add_parser("make", help="write configurations and credentials of the agents of a table")
    make.add_argument("table", type=Path, metavar="FLEET.csv", help="one agent a row; see the README")
    make.add_argument("--out", type=Path, required=True, metavar="DIR", help="folder of the fleet")
    make.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="a value for all rows, e.g. mqtt.host=broker.example; a cell of the same key goes before",
    )
    make.add_argument(
        "--centre", metavar="HOST[:PORT]", help="a broker that the brokers of all sites report to"
    )
    make.set_defaults(act=_make)
    rotate = actions.add_parser("rotate", help="give agents or users new credentials")
    rotate.add_argument("--now", action="store_true", help="let the former certificates end at once")
    rotate.set_defaults(act=_rotate)
    revoke = actions.add_parser("revoke", help="let agents or users in nowhere any more")
    revoke.add_argument(
        "--former", action="store_true", help="only what was replaced by rotate; they themselves stay"
    )
    revoke.set_defaults(act=_revoke)
    for action in (rotate, revoke):
        action.add_argument("folder", type=Path, metavar="DIR", help="folder of the fleet")
        action.add_argument(
            "names",
            nargs="+",
            metavar="NAME",
            help="ids of agents, or monitor, operator, bridge-SITE and so on",
        )


def run(args: argparse.Namespace) -> int:
    """Do it; 2 if the table or the folder is not right, and then nothing is written."""
    try:
        status: int = args.act(args)
    except (AuthorityError, FleetError, NamesError, TableError) as error:
        for line in str(error).splitlines():
            print(printable(f"edge-agent fleet: {line}"), file=sys.stderr)
        return WRONG_USAGE
    return status


def _make(args: argparse.Namespace) -> int:
    known = {question.key: question for question in QUESTIONS}
    try:
        shared = dict(setting(text, known) for text in args.set)
    except ValueError as error:
        raise FleetError(f"--set: {error}") from None
    rows = read_table(args.table, shared)
    fleet = Fleet(args.out)
    new = fleet.make(rows, args.centre)
    sites = {row.site for row in rows}
    print(printable(f"{args.out}: {len(rows)} agents at {len(sites)} sites, {len(new)} of them new"))
    warnings = [f"row {row.number}: {said}" for row in rows for said in fleet.warnings_of(row.agent)]
    for warning in warnings[:_MAX_WARNINGS]:
        print(printable(f"warning: {warning}"))
    if len(warnings) > _MAX_WARNINGS:
        print(f"and {len(warnings) - _MAX_WARNINGS} more warnings")
    for agent in fleet.missing_in(rows):
        print(printable(f"warning: {agent} is in no row and is still let in; to end that: fleet revoke"))
    print(
        printable(f"next: each broker gets its folder of {args.out}/sites, each device its folder of agents")
    )
    return DONE


def _rotate(args: argparse.Namespace) -> int:
    _existing(args.folder).rotate(args.names, at_once=args.now)
    ends = "ended" if args.now else "hold until fleet revoke --former"
    print(f"{len(args.names)} have new credentials; their former certificates {ends}")
    print("next: install their new files where they are used, and give the brokers theirs")
    return DONE


def _revoke(args: argparse.Namespace) -> int:
    fleet = _existing(args.folder)
    if args.former:
        number = fleet.revoke_former(args.names)
        print(f"{number} former certificates are revoked")
    else:
        fleet.revoke(args.names)
        print(f"{len(args.names)} are let in nowhere any more")
    print("next: give the brokers their new files, and have each read them (systemctl reload mosquitto)")
    return DONE


def _existing(folder: Path) -> Fleet:
    if not (folder / "names.json").exists():
        raise FleetError(f"{folder} is no folder of a fleet: names.json is not there; fleet make writes one")
    return Fleet(folder)

"""The command line of the agent: `edge-agent run`, `check`, `doctor` and the other names of `COMMANDS`.

Exit status: 0 done, 1 failed while running, 2 wrong usage or configuration.
"""

import argparse
import io
import logging
import os
import select
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import NoReturn

from edge_agent import __version__
from edge_agent.config import ConfigError
from edge_agent.journal import with_level
from edge_agent.plain import one_line, printable

DONE, FAILED, WRONG_USAGE = 0, 1, 2
"""Exit statuses."""
_STDOUT = 1
"""File descriptor of standard output (POSIX)."""
_EXTRAS = {
    "numba": "simulator",
    "matplotlib": "plot",
    "h5py": "laboratory",
    "nptdms": "tdms",
    "comtrade": "comtrade",
    "ruamel": "sensors",
    "starlette": "web",
    "uvicorn": "web",
    "prometheus_client": "web",
    "cryptography": "fleet",
}
"""The smallest extra of pyproject.toml that installs a package; all others come with `calibration`."""


@dataclass(frozen=True, slots=True)
class Command:
    """A command; its module is imported only when it is called."""

    module: str
    """Has `add_arguments(parser)` and `run(args) -> exit status`."""
    help: str
    """What it does, in half a sentence."""


COMMANDS = {
    "init": Command("edge_agent.commands.init", "write a first configuration, by questions"),
    "run": Command("edge_agent.commands.run", "diagnose a motor and publish its state until stopped"),
    "check": Command(
        "edge_agent.commands.check", "check a configuration, and show what it means and what it allows"
    ),
    "doctor": Command("edge_agent.commands.doctor", "test port, sensors, broker and computer, one line each"),
    "listen": Command("edge_agent.commands.listen", "show the ordinary figures of the motor once a second"),
    "migrate": Command("edge_agent.commands.migrate", "bring an older configuration to the present version"),
    "replay": Command("edge_agent.commands.replay", "diagnose recordings as fast as possible"),
    "record": Command("edge_agent.commands.record", "record samples from the port to a file"),
    "fleet": Command(
        "edge_agent.commands.fleet", "write configurations and credentials of many agents from one table"
    ),
    "trend": Command(
        "edge_agent.commands.trend", "show how a motor has developed, and what is to be expected"
    ),
    "report": Command("edge_agent.commands.report", "make one page on an alarm, to be printed or sent"),
    "support": Command(
        "edge_agent.commands.support", "pack what a helper needs to see into one file, without secrets"
    ),
    "backup": Command("edge_agent.commands.backup", "write configuration and state to an archive"),
    "restore": Command("edge_agent.commands.restore", "put the state of an archive back in its place"),
    "forget": Command(
        "edge_agent.commands.forget", "clear what the broker retains of an agent that is going away"
    ),
    "ports": Command("edge_agent.commands.ports", "list the serial ports and the devices on them"),
    "guess": Command(
        "edge_agent.commands.guess", "listen to an unknown DAQ, and propose what to write for it"
    ),
    "bench": Command("edge_agent.commands.bench", "measure how much faster than real time this machine is"),
}
"""By name."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run `edge-agent`; return its exit status."""
    description = "Detects broken rotor bars in an induction motor and reports them over MQTT."
    return dispatch("edge-agent", description, COMMANDS, arguments)


def dispatch(
    program: str, description: str, commands: Mapping[str, Command], arguments: Sequence[str] | None
) -> int:
    """Run the command that the arguments name; return its exit status. Wrong usage exits with 2."""
    given = sys.argv[1:] if arguments is None else list(arguments)
    write_any_character()
    log_to_stderr()
    parser = _Parser(prog=program, description=description)
    parser.add_argument("--version", action="version", version=f"{program} {__version__}")
    choices = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, command in commands.items():
        chosen = choices.add_parser(name, help=command.help, description=f"{program} {name}: {command.help}.")
        if given[:1] == [name]:
            try:
                module = import_module(command.module)
            except ModuleNotFoundError as error:
                if _is_ours(error):
                    raise
                print(f"{program} {name}: {_missing(error)}", file=sys.stderr)
                return WRONG_USAGE
            module.add_arguments(chosen)
            chosen.set_defaults(command_function=module.run)
    args = parser.parse_args(given)
    return _guarded(program, args)


class _Parser(argparse.ArgumentParser):
    """Reports wrong arguments on one line, whatever they hold."""

    def error(self, message: str) -> NoReturn:
        """Print how the command is used, and exit with 2."""
        super().error(one_line(message))


def add_motor_option(parser: argparse.ArgumentParser) -> None:
    """Declare the option by which a command finds its motor in a file of several."""
    parser.add_argument("--motor", metavar="ID", help="which motor is meant, where the file has several")


def write_any_character() -> None:
    """Write characters that the terminal cannot show as escapes, e.g. \\xe4, rather than fail."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def log_to_stderr() -> None:
    """Send log messages to stderr, one line each; under systemd with the levels of its journal."""
    handler = logging.StreamHandler(sys.stderr)
    in_journal = "JOURNAL_STREAM" in os.environ
    handler.setFormatter(OneLineFormatter(in_journal=in_journal))
    logging.basicConfig(level=logging.INFO, handlers=[handler], force=True)


class OneLineFormatter(logging.Formatter):
    """Writes a message, with its traceback where it has one, as one line."""

    def __init__(self, *, in_journal: bool) -> None:
        """Prepare; in the journal, the level is a prefix that it understands, and the time is its own."""
        super().__init__(
            "%(name)s: %(message)s" if in_journal else "%(asctime)s %(levelname)s %(name)s: %(message)s"
        )
        self._in_journal = in_journal

    def format(self, record: logging.LogRecord) -> str:
        """Return the line."""
        line = printable(" | ".join(super().format(record).splitlines()))
        return with_level(record.levelno, line) if self._in_journal else line


def _guarded(program: str, args: argparse.Namespace) -> int:
    """Run a command; report failures that are not faults of the program in one line."""
    try:
        status: int = args.command_function(args)
        if sys.stdout is not None:  # it is None where the program was started with a closed one
            sys.stdout.flush()
    except ConfigError as error:
        print(error, file=sys.stderr)
        return WRONG_USAGE
    except ModuleNotFoundError as error:
        if _is_ours(error):
            raise
        print(f"{program} {args.command}: {_missing(error)}", file=sys.stderr)
        return WRONG_USAGE
    except OSError as error:
        if isinstance(error, BrokenPipeError) and _nobody_reads():
            return DONE
        print(f"{program} {args.command}: {one_line(str(error))}", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print(f"{program} {args.command}: interrupted", file=sys.stderr)
        return FAILED
    return status


def _nobody_reads() -> bool:
    """True if the reader of stdout, say `head`, has closed it; the rest of the buffer is then dropped."""
    output = select.poll()
    output.register(_STDOUT, select.POLLOUT)
    if not any(events & select.POLLERR for _, events in output.poll(0)):
        return False
    os.dup2(os.open(os.devnull, os.O_WRONLY), _STDOUT)
    return True


def _is_ours(error: ModuleNotFoundError) -> bool:
    """True if a module of this project is missing: that is a fault of the program."""
    return str(error.name).partition(".")[0] in ("edge_agent", "calibration")


def _missing(error: ModuleNotFoundError) -> str:
    """Return what to install."""
    extra = _EXTRAS.get(str(error.name).partition(".")[0], "calibration")
    return f"needs {error.name}, which is not installed; pip install '.[{extra}]' in the project's folder"


if __name__ == "__main__":
    sys.exit(main())

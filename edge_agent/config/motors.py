"""Several motors in one file: `motors` becomes one document for each, as a file of that motor alone would be.

An entry of `motors` holds `motor`, `channels` and `acquisition`, as a file of one motor does at its top. An
`acquisition` at the top is that of all motors that state none: one DAQ, of which each takes its channels.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import TypeVar

from edge_agent.config.document import Document
from edge_agent.config.problems import KeyPath, Problem

OF_ONE = ("motor", "acquisition", "channels")
"""Keys that an entry of `motors` has, as the top of a file of one motor has them."""
MAX_MOTORS = 16
"""Most motors of one agent. Judgement: twice the eight that one small computer is meant for."""
_Value = TypeVar("_Value")


@dataclass(frozen=True, slots=True)
class MotorDocument:
    """One motor of a file, as a document of its own."""

    index: int
    """Position of its entry in `motors`."""
    document: Document
    """What a file of this motor alone would hold."""
    whole: Document
    """The file."""
    moved: frozenset[str]
    """Keys of its top that come from the entry."""

    def key_in_file(self, key: KeyPath) -> KeyPath:
        """Return where a value of this motor stands in the file."""
        return ("motors", self.index, *key) if key and key[0] in self.moved else key

    def problem_in_file(self, problem: Problem) -> Problem:
        """Return a problem of this motor as one of the file."""
        key = self.key_in_file(problem.key)
        position = problem.position if problem.key in self.document.values else self.whole.place(key)
        return Problem(problem.file, position, key, problem.message)


def has_several(document: Document) -> bool:
    """True if the file has the key `motors`."""
    return isinstance(document.root, Mapping) and "motors" in document.root


def split(document: Document, host: str) -> list[MotorDocument]:
    """Return a document for each motor; what is wrong with the list itself is noted in the document.

    The agent is named after the host unless the file names it.
    """
    root = document.root
    assert isinstance(root, Mapping)
    entries = root["motors"]
    for key, message in _problems(root, entries):
        document.report(document.place(key), key, message)
    if not isinstance(entries, list):
        return []
    return [
        _of_motor(document, root, index, entry, host)
        for index, entry in enumerate(entries)
        if isinstance(entry, Mapping)
        and "motor" in entry
        and ("acquisition" in entry or "acquisition" in root)
    ]


def _of_motor(
    document: Document, root: Mapping[str, object], index: int, entry: Mapping[str, object], host: str
) -> MotorDocument:
    own = {key: value for key, value in entry.items() if key in OF_ONE}
    shared = {key: value for key, value in root.items() if key not in ("motors", "motor", "channels")}
    agent = shared.get("agent", {})
    if isinstance(agent, Mapping):
        shared["agent"] = {"id": host, **agent}
    part = Document(
        document.file,
        shared | own,
        dict(_by_place(document.keys, index, own)),
        dict(_by_place(document.values, index, own)),
        dict(_by_place(document.spellings, index, own)),
    )
    return MotorDocument(index, part, document, frozenset({*own, "motor", "channels"}))


def _by_place(
    places: Mapping[KeyPath, _Value], index: int, own: Mapping[str, object]
) -> Iterator[tuple[KeyPath, _Value]]:
    """Yield what belongs to one motor: its entry moved to the top, and what it shares."""
    for key, value in places.items():
        if key[:2] == ("motors", index) and key[2:3] and key[2] in own:
            yield key[2:], value
        elif not key or (key[0] not in own and key[0] != "motors"):
            yield key, value


def _problems(root: Mapping[str, object], entries: object) -> Iterator[tuple[KeyPath, str]]:
    """Find what is wrong with the list, whatever is in it."""
    for key in ("motor", "channels"):
        if key in root:
            yield (
                (key,),
                f"stands beside motors; put it into an entry of motors, each of which has its own {key}",
            )
    if not isinstance(entries, list) or not 1 <= len(entries) <= MAX_MOTORS:
        found = f"a list of {len(entries)}" if isinstance(entries, list) else "no list"
        yield (
            ("motors",),
            f"found {found}, expected a list of 1 to {MAX_MOTORS} motors, each an item that starts with -, "
            f"with {', '.join(OF_ONE)} below it",
        )
        return
    for index, entry in enumerate(entries):
        yield from ((("motors", index, *key), message) for key, message in _problems_of(entry, root))
    yield from _ids_twice(entries)
    yield from _ports_twice(entries, root)
    yield from _channels_of_the_shared(entries, root)


def _problems_of(entry: object, root: Mapping[str, object]) -> Iterator[tuple[KeyPath, str]]:
    if not isinstance(entry, Mapping):
        yield (), f"expected a section with the keys {', '.join(OF_ONE)}"
        return
    for key in entry:
        if key not in OF_ONE:
            yield (
                (key,),
                f"unknown key, known here: {', '.join(OF_ONE)}; what all motors share stands at the top",
            )
    if "motor" not in entry:
        yield ("motor",), "missing, expected the nameplate of the motor; add it to this entry"
    if "acquisition" not in entry and "acquisition" not in root:
        yield (
            ("acquisition",),
            "missing, expected where the samples come from; add it to this entry, or at the top for a DAQ "
            "that serves several motors",
        )


def _ids_twice(entries: list[object]) -> Iterator[tuple[KeyPath, str]]:
    """Find motors of one id, which would have one topic and one folder."""
    first: dict[str, int] = {}
    for index, entry in enumerate(entries):
        plate = entry.get("motor") if isinstance(entry, Mapping) else None
        if not isinstance(plate, Mapping):
            continue
        name = plate.get("id")
        if name is None and len(entries) > 1:
            yield ("motors", index, "motor", "id"), "missing, expected a name that no other motor has; add it"
        if isinstance(name, str) and first.setdefault(name.casefold(), index) != index:
            yield (
                ("motors", index, "motor", "id"),
                f"{name} is the id of motors[{first[name.casefold()]}] already; give each motor its own",
            )


def _ports_twice(entries: list[object], root: Mapping[str, object]) -> Iterator[tuple[KeyPath, str]]:
    """Find one port that two entries open."""
    shared = any(isinstance(entry, Mapping) and "acquisition" not in entry for entry in entries)
    first: dict[str, str] = {}
    top = root.get("acquisition")
    if shared and isinstance(top, Mapping) and isinstance(top.get("port"), str):
        first[str(top["port"])] = "acquisition at the top"
    for index, entry in enumerate(entries):
        own = entry.get("acquisition") if isinstance(entry, Mapping) else None
        port = own.get("port") if isinstance(own, Mapping) else None
        here = f"motors[{index}]"
        if isinstance(port, str) and first.setdefault(port, here) != here:
            yield (
                ("motors", index, "acquisition", "port"),
                f"{port} is the port of {first[port]} already; put the acquisition of a DAQ that serves "
                "several motors at the top, once",
            )


def _channels_of_the_shared(
    entries: list[object], root: Mapping[str, object]
) -> Iterator[tuple[KeyPath, str]]:
    """Find motors at one DAQ that do not say which inputs are theirs, or take those of another."""
    at_top = [
        (index, entry)
        for index, entry in enumerate(entries)
        if isinstance(entry, Mapping) and "acquisition" not in entry
    ]
    if "acquisition" not in root or len(at_top) < 2:
        return
    owner: dict[str, int] = {}
    for index, entry in at_top:
        channels = entry.get("channels")
        if not channels:
            yield (
                ("motors", index, "channels"),
                "missing, and the DAQ serves several motors; list the channels of this motor by their names",
            )
        for number, channel in enumerate(channels if isinstance(channels, list) else []):
            name = channel.get("name") if isinstance(channel, Mapping) else None
            if isinstance(name, str) and owner.setdefault(name, index) != index:
                yield (
                    ("motors", index, "channels", number, "name"),
                    f"{name} is a channel of motors[{owner[name]}] already; each input of a DAQ belongs to "
                    "one motor",
                )

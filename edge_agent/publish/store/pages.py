"""Records of an SQLite file and its log, read page by page without SQLite's help.

SQLite gives up a table at the first damaged page, and a log at the first damaged frame. This reads every
page that holds rows, whether or not the tree still leads to it. Format: https://www.sqlite.org/fileformat2.html,
sections 1.6 (pages), 2.1 (records) and 4 (log).
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

_USUAL_PAGE_BYTES = 4096
"""Default page size of SQLite since version 3.12 (its documentation)."""
_PAGE_SIZES = tuple(1 << power for power in range(9, 17))
"""Page sizes that SQLite allows (file format, section 1.3.2)."""
_FILE_HEADER_BYTES = 100
"""Length of the header on the first page (file format, section 1.3)."""
_LOG_HEADER_BYTES = 32
"""Length of the header of a log (file format, section 4.1)."""
_LOG_MAGIC = 0x377F0682
"""First four bytes of a log, but for the last bit: the order of bytes in its checksums (section 4.1)."""
_FRAME_HEADER_BYTES = 24
"""Length of the header of each frame in a log (file format, section 4.1)."""
_LEAF_OF_TABLE = 0x0D
"""First byte of a page that holds rows of a table (file format, section 1.6)."""
_INTEGER_BYTES = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}
"""Length in bytes of an integer by its serial type (file format, section 2.1)."""

Pages = dict[int, bytes]
"""The newest image of each page by its number, from 1."""


@dataclass(frozen=True, slots=True)
class Images:
    """The bytes of a database and of its log, as they were before SQLite could change them."""

    database: bytes
    """The file itself; empty if there is none."""
    log: bytes
    """The file beside it whose name ends with `-wal`; empty if there is none."""

    @classmethod
    def read(cls, path: Path) -> "Images":
        """Read both files; one that cannot be read counts as empty."""
        return cls(_content(path), _content(path.with_name(path.name + "-wal")))

    @classmethod
    def read_log(cls, path: Path) -> "Images":
        """Read the log alone, which is small; one that cannot be read counts as empty."""
        return cls(b"", _content(path.with_name(path.name + "-wal")))

    def page_sizes(self) -> list[int]:
        """Return the page sizes that may be meant, in bytes: those of the headers, and the usual one."""
        told = int.from_bytes(self.database[16:18], "big")
        sizes = (65_536 if told == 1 else told, int.from_bytes(self.log[8:12], "big"), _USUAL_PAGE_BYTES)
        return [size for size in dict.fromkeys(sizes) if size in _PAGE_SIZES]

    def commits_after(self, frame: int) -> int:
        """Return how many frames after one of the log, counted from 1, end a transaction.

        A last frame that is not whole ends none: whoever wrote it was killed between its head and its page.
        """
        return max(self._commits_after(frame, page_bytes) for page_bytes in self.page_sizes())

    def commits_unread(self) -> int:
        """Return how many transactions of the log SQLite passes over, because a frame is not whole."""
        unread = []
        for page_bytes in self.page_sizes():
            frames = _frames(self.log, page_bytes)
            broken = next((frame.index for frame in frames if not _is_whole(self.log, frame)), None)
            unread.append(0 if broken is None else self._commits_after(broken - 1, page_bytes))
        return max(unread)

    def joined(self) -> bytes:
        """Return the file with the newest whole image of each page; one without any is empty."""
        page_bytes = self.page_sizes()[0]
        pages, _ = _pages(self, page_bytes)
        last = max(pages, default=0)
        return b"".join(pages.get(number, bytes(page_bytes)) for number in range(1, last + 1))

    def _commits_after(self, after: int, page_bytes: int) -> int:
        frames = [*_frames(self.log, page_bytes)]
        if frames and not _is_whole(self.log, frames[-1]):
            frames.pop()
        return sum(frame.ends_transaction for frame in frames if frame.index > after)


@dataclass(frozen=True, slots=True)
class _Frame:
    index: int
    page_number: int
    ends_transaction: bool
    page: bytes


@dataclass(frozen=True, slots=True)
class Record:
    """One row as it is stored."""

    rowid: int
    """Its number in the table."""
    kinds: str
    """A letter for each column: `n` null, `i` integer, `r` real, `t` text, `b` blob."""
    values: tuple[int | float | bytes | None, ...]
    """The columns; text as its bytes."""


def records(images: Images, page_bytes: int) -> Iterator[Record]:
    """Yield every record that can be read; what cannot be is passed over."""
    pages, torn = _pages(images, page_bytes)
    for number, page in [*torn, *pages.items()]:
        start = _FILE_HEADER_BYTES if number == 1 else 0
        if len(page) < _PAGE_SIZES[0] or page[start] != _LEAF_OF_TABLE:  # a tail may be of a few bytes
            continue
        cells = int.from_bytes(page[start + 3 : start + 5], "big")
        for index in range(min(cells, page_bytes // 2)):
            pointer = start + 8 + 2 * index
            try:
                yield _record(pages, page, int.from_bytes(page[pointer : pointer + 2], "big"))
            except (IndexError, KeyError, ValueError, struct.error):
                continue


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        return b""


def _pages(images: Images, page_bytes: int) -> tuple[Pages, list[tuple[int, bytes]]]:
    """Return the pages of the file, each replaced by the newest whole one of the log; and those not whole.

    A power cut leaves in a frame its head without its page, or the page of an earlier round. What was
    committed before is in the page that it was to replace, with rows that were to be deleted.
    """
    database, log = images.database, images.log
    pages = {
        1 + at // page_bytes: database[at : at + page_bytes] for at in range(0, len(database), page_bytes)
    }
    torn: Pages = {}
    for frame in _frames(log, page_bytes):
        if _is_whole(log, frame):
            pages[frame.page_number] = frame.page
            torn.pop(frame.page_number, None)
        else:
            torn[frame.page_number] = frame.page
    return pages, list(torn.items())


def _frames(log: bytes, page_bytes: int) -> Iterator[_Frame]:
    """Yield the frames since the log was last restarted, whatever their checksums say."""
    frame_bytes = _FRAME_HEADER_BYTES + page_bytes
    starts = range(_LOG_HEADER_BYTES, len(log) - frame_bytes + 1, frame_bytes)
    salt = _salt(log, starts)
    for index, at in enumerate(starts, 1):
        number, size_after_commit = struct.unpack_from(">II", log, at)
        if log[at + 8 : at + 16] == salt:  # others are left from the round before
            page = log[at + _FRAME_HEADER_BYTES : at + frame_bytes]
            yield _Frame(index, number, size_after_commit > 0, page)


def _salt(log: bytes, starts: range) -> bytes:
    """Return the mark of the frames since the log was restarted."""
    if _is_whole_header(log):
        return log[16:24]
    salts = [log[at + 8 : at + 16] for at in starts]
    return next((salt for salt in salts if salts.count(salt) > 1), salts[0] if salts else b"")


def _is_whole_header(log: bytes) -> bool:
    """True if the checksum of the log's header is right (file format, section 4.2)."""
    if len(log) < _LOG_HEADER_BYTES or int.from_bytes(log[:4], "big") & ~1 != _LOG_MAGIC:
        return False
    return _checksum(log, log[:24], (0, 0)) == struct.unpack_from(">II", log, 24)


def _is_whole(log: bytes, frame: "_Frame") -> bool:
    """True where the checksum of a frame, which goes on from that before it, is right (section 4.2)."""
    at = _LOG_HEADER_BYTES + (frame.index - 1) * (_FRAME_HEADER_BYTES + len(frame.page))
    before = struct.unpack_from(">II", log, 24 if frame.index == 1 else at - len(frame.page) - 8)
    head = _checksum(log, log[at : at + 8], before)
    return _checksum(log, frame.page, head) == struct.unpack_from(">II", log, at + 16)


def _checksum(log: bytes, data: bytes, before: tuple[int, int]) -> tuple[int, int]:
    """Return the checksum of bytes of a log, in the order of bytes that its first word says (section 4.2)."""
    first, second = before
    for one, other in struct.iter_unpack((">" if log[3] & 1 else "<") + "II", data):
        first = (first + one + second) & 0xFFFFFFFF
        second = (second + other + first) & 0xFFFFFFFF
    return first, second


def _record(pages: Pages, page: bytes, at: int) -> Record:
    """Return the record of a cell. Raises one of the errors that `records` passes over."""
    size, at = _varint(page, at)
    rowid, at = _varint(page, at)
    content = _content_of_cell(pages, page, at, size)
    header_bytes, at = _varint(content, 0)
    kinds, values, value_at = "", [], header_bytes
    while at < header_bytes:
        serial, at = _varint(content, at)
        kind, value, value_at = _value(content, value_at, serial)
        kinds += kind
        values.append(value)
    return Record(rowid, kinds, tuple(values))


def _content_of_cell(pages: Pages, page: bytes, at: int, size: int) -> bytes:
    """Return the bytes of a record, from its page and those that it flows over to (section 1.6)."""
    usable = len(page)
    most = usable - 35
    if size <= most:
        return page[at : at + size]
    if size > usable * len(pages):
        raise ValueError("longer than all pages together")
    least = (usable - 12) * 32 // 255 - 23
    local = least + (size - least) % (usable - 4)
    local = local if local <= most else least
    parts, missing = [page[at : at + local]], size - local
    number = int.from_bytes(page[at + local : at + local + 4], "big")
    while missing > 0:
        overflow = pages[number]
        parts.append(overflow[4 : 4 + missing])
        missing -= usable - 4
        number = int.from_bytes(overflow[:4], "big")
    return b"".join(parts)


def _value(content: bytes, at: int, serial: int) -> tuple[str, int | float | bytes | None, int]:
    """Return kind and value of a column, and where the next one begins."""
    if serial == 0:
        return "n", None, at
    if serial in (8, 9):
        return "i", serial - 8, at
    size = _INTEGER_BYTES.get(serial, 8 if serial == 7 else (serial - 12) // 2)
    if serial in (10, 11) or at + size > len(content):
        raise ValueError("no such column")
    part = content[at : at + size]
    if serial in _INTEGER_BYTES:
        return "i", int.from_bytes(part, "big", signed=True), at + size
    if serial == 7:
        return "r", struct.unpack(">d", part)[0], at + size
    return "t" if serial % 2 else "b", part, at + size


def _varint(data: bytes, at: int) -> tuple[int, int]:
    """Return an integer of one to nine bytes, and where it ends."""
    value = 0
    for index in range(8):
        byte = data[at + index]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + index + 1
    return value << 8 | data[at + 8], at + 9

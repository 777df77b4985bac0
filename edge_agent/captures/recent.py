"""The newest samples of a device in memory, as blocks, with where the windows stood when they came."""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.windows.sliding import Windows
from edge_agent.windows.timeline import Timeline

MAX_GAP_S = 120.0
"""A stream that goes on after a longer gap, s, begins anew: no window spans it (config: at most 60 s)."""
_STRETCH_S = 1.0
"""Samples are kept and forgotten in stretches of this length, s: judgement."""
_BLOCK_BYTES = 400
"""Memory that a block takes beside its counts: three Python objects (sys.getsizeof)."""


@dataclass(slots=True)
class Stretch:
    """Blocks that came one after another within about a second."""

    begins_s: float
    """Time of the furthest stream before the first of them, on the timeline."""
    timeline: Timeline
    """Where the windows stood before it."""
    blocks: list[SampleBlock] = field(default_factory=list)
    """In the order in which they came."""
    held_bytes: int = 0
    """Memory that they take."""


class RecentSamples:
    """Holds blocks from a time on, which `forget_before` moves; on one timeline, without a long gap."""

    def __init__(self, windows: Windows) -> None:
        """Prepare; `windows` get the same blocks, each after `take` has got it."""
        self._windows = windows
        self._stretches: deque[Stretch] = deque()
        self._device: Device | None = None
        self._streams: dict[int, tuple[int, float]] = {}
        self._ends: dict[int, int] = {}
        self._restarts = 0
        self.held_bytes = 0
        """Memory that the blocks take."""

    @property
    def device(self) -> Device | None:
        """Return the device whose samples these are; None before the first one."""
        return self._device

    @property
    def now_s(self) -> float:
        """Time of the newest scan, on the timeline of the windows."""
        return self._windows.elapsed_s

    @property
    def is_empty(self) -> bool:
        """True if no samples are held."""
        return not self._stretches

    def begin(self, device: Device) -> None:
        """Start over with a device."""
        self._device = device
        self._streams = {s.number: (len(s.channels), s.rate_hz) for s in device.streams}
        self.clear()

    def clear(self) -> None:
        """Forget all samples."""
        self._stretches.clear()
        self._ends.clear()
        self._restarts = self._windows.counts.device_restarts
        self.held_bytes = 0

    def breaks_at(self, block: SampleBlock) -> bool:
        """True if a block does not go on from what is held: the device counts anew, or after a long gap."""
        if not self._fits(block):
            return False
        if self._windows.restarts_with(block) or self._windows.counts.device_restarts != self._restarts:
            return True
        end = self._ends.get(block.stream, block.first_scan)
        return block.first_scan - end > MAX_GAP_S * self._streams[block.stream][1]

    def take(self, block: SampleBlock) -> None:
        """Hold a block; one that the windows would not take is none."""
        if not self._fits(block):
            return
        if not self._stretches or self.now_s >= self._stretches[-1].begins_s + _STRETCH_S:
            self._stretches.append(Stretch(self.now_s, self._windows.timeline()))
        newest = self._stretches[-1]
        newest.blocks.append(block)
        size = block.counts.nbytes + _BLOCK_BYTES + (0 if block.invalid is None else block.invalid.nbytes)
        newest.held_bytes += size
        self.held_bytes += size
        end = block.first_scan + block.counts.shape[0]
        self._ends[block.stream] = max(end, self._ends.get(block.stream, end))

    def since(self, begins_s: float) -> list[Stretch]:
        """Return what is held from a time on, or a little before it; all if that is less.

        It does not grow when more samples come: another thread may work on it.
        """
        skipped = max(0, self._begun_by(begins_s) - 1)
        held = list(self._stretches)[skipped:]
        return [*held[:-1], *(replace(newest, blocks=list(newest.blocks)) for newest in held[-1:])]

    def forget_before(self, begins_s: float, max_bytes: float) -> None:
        """Forget what `since` does not need for this time, and more if it takes more memory than it may."""
        while len(self._stretches) > 1 and (
            self._stretches[1].begins_s <= begins_s or self.held_bytes > max_bytes
        ):
            self.held_bytes -= self._stretches.popleft().held_bytes

    def loses(self, begins_s: float, max_bytes: float) -> bool:
        """True if the memory is used up and `since` would give less for this time after `forget_before`."""
        return (
            self.held_bytes > max_bytes
            and len(self._stretches) > 1
            and self._stretches[1].begins_s > begins_s
        )

    def _begun_by(self, at_s: float) -> int:
        return sum(stretch.begins_s <= at_s for stretch in self._stretches)

    def _fits(self, block: SampleBlock) -> bool:
        width, _ = self._streams.get(block.stream, (0, 0.0))
        return bool(width == block.counts.shape[1])


def blocks_of(stretches: Sequence[Stretch]) -> list[SampleBlock]:
    """Return the blocks of stretches, in order."""
    return [block for stretch in stretches for block in stretch.blocks]

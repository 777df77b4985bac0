"""Blocks that follow each other become one: to work on it costs hardly more than to work on one frame."""

from collections.abc import Iterable

import numpy as np

from edge_agent.acquire.samples import Device, SampleBlock

Part = Device | SampleBlock
"""What a decoder gives."""


def merged(parts: Iterable[Part]) -> list[Part]:
    """Return what a decoder gave at once, in order, with blocks that go on from each other as one."""
    found: list[Part] = []
    run: list[SampleBlock] = []
    for part in parts:
        if run and not (isinstance(part, SampleBlock) and _goes_on(run[-1], part)):
            found.append(_as_one(run))
            run = []
        if isinstance(part, SampleBlock):
            run.append(part)
        else:
            found.append(part)
    return [*found, _as_one(run)] if run else found


def _goes_on(last: SampleBlock, block: SampleBlock) -> bool:
    """True if a block goes on from the last one, and says the same of its scans."""
    return (
        block.stream == last.stream
        and block.first_scan == last.first_scan + len(last.counts)
        and block.clipped == last.clipped
        and not block.overrun
        and block.invalid is None
        and last.invalid is None
        and block.counts.dtype == last.counts.dtype
        and block.counts.shape[1] == last.counts.shape[1]
    )


def _as_one(run: list[SampleBlock]) -> SampleBlock:
    first, *others = run
    if not others:
        return first
    counts = np.concatenate([block.counts for block in run])
    return SampleBlock(first.stream, first.first_scan, counts, first.clipped, first.overrun)

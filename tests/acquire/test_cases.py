"""What DAQs sent, whole and harmed, as folders: input.bin, agent.yaml, and what must come of it."""

import json
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from binary_streams import blocks

from edge_agent.acquire.drivers import decoder_of
from edge_agent.acquire.samples import SampleBlock
from edge_agent.config import load_settings

CASES = sorted(path.parent for path in (Path(__file__).parent / "cases").glob("*/input.bin"))


def runs_of(found: list[SampleBlock]) -> Iterator[dict[str, object]]:
    """Join blocks that follow each other, and describe each run as expected.jsonl does."""
    joined: list[tuple[SampleBlock, list[np.ndarray]]] = []
    end = -1
    for block in found:
        if block.first_scan != end or block.overrun:
            joined.append((block, []))
        joined[-1][1].append(block.counts)
        end = block.first_scan + len(block.counts)
    for first, parts in joined:
        counts = np.concatenate(parts)
        sums = counts.astype(int).sum(axis=0).tolist()
        yield {"first_scan": first.first_scan, "scans": len(counts), "sums": sums, "overrun": first.overrun}


@pytest.mark.parametrize("pieces", [1_000_000, 997, 61])
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_what_was_sent_becomes_what_is_expected(case: Path, pieces: int) -> None:
    settings = load_settings(case / "agent.yaml").serial_settings()
    decoder = decoder_of(settings.driver).from_settings(settings)
    data = (case / "input.bin").read_bytes()
    found = [part for at in range(0, len(data), pieces) for part in decoder.push(data[at : at + pieces])]
    *runs, counts = [json.loads(line) for line in (case / "expected.jsonl").read_text().splitlines()]
    assert list(runs_of(blocks(found))) == runs
    assert {name: getattr(decoder.counts, name) for name in counts} == counts


def test_there_are_cases() -> None:
    assert len(CASES) >= 8

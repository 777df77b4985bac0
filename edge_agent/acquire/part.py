"""The part of a DAQ that is one motor's, where the DAQ serves several: some of its channels."""

from collections.abc import Collection
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from edge_agent.acquire.samples import Device, SampleBlock
from edge_agent.acquire.source import News


class Part:
    """Takes what a source gives, and leaves the channels of one motor."""

    def __init__(self, names: Collection[str]) -> None:
        """Take the names of its channels, as the device has them after the configuration was applied."""
        self._names = frozenset(names)
        self._columns: dict[int, NDArray[np.intp]] = {}

    def of(self, item: News) -> News | None:
        """Return an item with these channels alone; None for samples without any of them.

        A device without any has no streams: its motor gets no samples.
        """
        match item:
            case Device():
                return self._of_device(item)
            case SampleBlock():
                return self._of_block(item)
        return item

    def _of_device(self, device: Device) -> Device:
        self._columns = {}
        streams = []
        for stream in device.streams:
            own = [n for n, channel in enumerate(stream.channels) if channel.name in self._names]
            if own:
                self._columns[stream.number] = np.array(own)
                streams.append(replace(stream, channels=tuple(stream.channels[n] for n in own)))
        return replace(device, streams=tuple(streams))

    def _of_block(self, block: SampleBlock) -> SampleBlock | None:
        columns = self._columns.get(block.stream)
        if columns is None:
            return None
        invalid = None if block.invalid is None else block.invalid[:, columns]
        return replace(block, counts=block.counts[:, columns], invalid=invalid)

"""The channels of the YAML over those of the device."""

from wire import a_device

from edge_agent.acquire.overrides import with_channels
from edge_agent.acquire.samples import Channel, ChannelKind


def ours(*names: str) -> tuple[Channel, ...]:
    return tuple(Channel(name, ChannelKind.CURRENT, "A", -3.0) for name in names)


def test_a_channel_of_the_same_name_is_replaced_and_the_others_stay() -> None:
    device = with_channels(a_device(), ours("i0b"))
    assert device.streams[0].channels == (a_device().streams[0].channels[0], *ours("i0b"))


def test_without_any_the_device_stays() -> None:
    assert with_channels(a_device(), ()) == a_device()


def test_where_only_the_names_differ_the_order_counts() -> None:
    device = with_channels(a_device(streams=2), ours("ia", "ib", "ic", "in"))
    assert [stream.channels for stream in device.streams] == [ours("ia", "ib"), ours("ic", "in")]


def test_where_neither_names_nor_number_fit_the_device_stays() -> None:
    assert with_channels(a_device(), ours("ia", "ib", "ic")) == a_device()

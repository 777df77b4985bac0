"""Bounds of rates and magnitudes, so that nothing after acquisition needs gigabytes."""

from edge_agent.acquire.samples import ChannelKind, Stream

MIN_RATE_HZ = {
    ChannelKind.CURRENT: 100.0,
    ChannelKind.VIBRATION: 100.0,
    ChannelKind.SPEED: 0.1,
    ChannelKind.VOLTAGE: 100.0,
}
"""Minimum scans per second: twice the line of 50 Hz for waves (Nyquist); a tachometer may be slow."""

MIN_SCANS_PER_LINE_CYCLE = 2.5
"""Minimum scans of a current per cycle of the line: sampling theorem (2), and room for the filter."""

MAX_RATE_HZ = 1_000_000.0
"""Maximum scans per second: judgement, and the largest value that `acquisition.rate_hz` takes."""

MAX_VALUES_PER_S = 4_000_000.0
"""Maximum values per second of all channels together: judgement, twenty times the laboratory data's."""

MAX_WINDOW_VALUES = 8_000_000.0
"""Maximum values of all channels in a window: the analysis takes up to 35 bytes each, 280 MB (measured)."""

MIN_SCALE, MAX_SCALE = 1e-30, 1e12
"""Magnitudes of a scale: judgement. Scaled values and their squares must fit into float32."""

MAX_OFFSET_COUNTS = 2.0**31
"""Largest magnitude of an offset: the range of the counts themselves, which have 32 bits."""

MAX_MAGNITUDE = 1e9
"""Largest value in A, m/s2, mm/s, rpm or V: judgement, a thousand times beyond any sensor's."""

MAX_CHANNELS = 64
"""Maximum channels of a stream: as many as a device may describe."""


def rate_problem(streams: tuple[Stream, ...]) -> str | None:
    """Return which rate is impossible, what was expected and what to do; None if all are possible."""
    for stream in streams:
        first, *others = (channel.name for channel in stream.channels)
        names = f"{first} and {len(others)} more" if others else first
        lowest_hz = max((MIN_RATE_HZ[channel.kind] for channel in stream.channels), default=0.0)
        if lowest_hz <= stream.rate_hz <= MAX_RATE_HZ:
            continue
        return (
            f"rate_hz {stream.rate_hz:g} of {names}, expected {lowest_hz:g} to {MAX_RATE_HZ:.0f} scans a "
            "second: the waves are needed, not their rms values, best at 1000 or more; correct the rate"
        )
    values_per_s = sum(stream.rate_hz * len(stream.channels) for stream in streams)
    if values_per_s > MAX_VALUES_PER_S:
        return (
            f"all channels together have {values_per_s:.3g} values per second, expected at most "
            f"{MAX_VALUES_PER_S:.0f}; correct the rate, or keep fewer channels"
        )
    return None


def line_problem(streams: tuple[Stream, ...], line_frequency_hz: float) -> str | None:
    """Return which currents are sampled too slowly to show this motor's line; None if there is none."""
    lowest_hz = MIN_SCANS_PER_LINE_CYCLE * line_frequency_hz
    for stream in streams:
        names = [channel.name for channel in stream.channels if channel.kind is ChannelKind.CURRENT]
        if names and stream.rate_hz < lowest_hz:
            return (
                f"{', '.join(names)} at {stream.rate_hz:g} scans per second cannot show the line of "
                f"{line_frequency_hz:g} Hz, expected {lowest_hz:g} or more, best 1000; record faster"
            )
    return None


def window_problem(streams: tuple[Stream, ...], length_s: float) -> str | None:
    """Return why a window of this length would not fit into memory; None if it does."""
    values = length_s * sum(stream.rate_hz * len(stream.channels) for stream in streams)
    if values <= MAX_WINDOW_VALUES:
        return None
    fitting_s = length_s * MAX_WINDOW_VALUES / values
    return (
        f"a window of {length_s:g} s would hold {values:.3g} values, expected at most "
        f"{MAX_WINDOW_VALUES:.0f}; shorten window.length_s to {fitting_s:.2g} or less"
    )

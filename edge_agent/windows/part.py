"""The newest part of a window: what the motor did last."""

from dataclasses import replace

from edge_agent.windows.sliding import StreamWindow, Window


def newest_part(window: Window, length_s: float) -> Window:
    """Return the last `length_s` of a window.

    Clipped scans and overruns stay those of the whole window, since nobody knows where in it they were.
    """
    streams = tuple(_newest(own, length_s) for own in window.streams)
    return replace(
        window, start_s=window.start_s + window.length_s - length_s, length_s=length_s, streams=streams
    )


def _newest(window: StreamWindow, length_s: float) -> StreamWindow:
    left_out = max(0, window.valid.size - round(length_s * window.stream.rate_hz))
    return replace(
        window,
        first_scan=window.first_scan + left_out,
        counts=window.counts[:, left_out:],
        valid=window.valid[left_out:],
    )

"""Where the windows of a device stand: enough to cut the same windows again from samples that were kept."""

from dataclasses import asdict, dataclass

from pydantic import ConfigDict, TypeAdapter, ValidationError

_FINITE = ConfigDict(allow_inf_nan=False)


@dataclass(frozen=True, slots=True)
class StreamTime:
    """How the scans of one stream are dated."""

    __pydantic_config__ = _FINITE

    stream: int
    """Number of the stream."""
    origin: int | None
    """Scan index at time zero; None before its first block."""
    end: int
    """Index after its newest scan."""
    looked_at: int = 0
    """Scans since its lag behind the other streams was looked at last."""
    least_lag_s: float | None = None
    """Smallest lag since then, s; None if none was seen."""
    wide: bool = False
    """True if its counts have 32 bits."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """The moment before a block comes."""

    __pydantic_config__ = _FINITE

    length_s: float
    """Length of the windows."""
    step_s: float
    """Time between two windows."""
    next_window: int
    """Number of the next window."""
    repeats_s: float
    """How long nothing but repeated samples has come, s."""
    streams: tuple[StreamTime, ...]
    """In the order of the device's streams."""
    redated_s: float = 0.0
    """By how much a stream is dated later at most, within the samples that follow, s."""

    def to_json(self) -> dict[str, object]:
        """Return it as a JSON object."""
        return asdict(self)

    @staticmethod
    def from_json(content: object) -> "Timeline | None":
        """Return what `to_json` made; None if it is anything else."""
        try:
            return _ADAPTER.validate_python(content)
        except ValidationError:
            return None


_ADAPTER = TypeAdapter(Timeline)

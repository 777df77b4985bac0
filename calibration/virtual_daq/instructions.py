"""Instructions to the running virtual DAQ, one a line."""

import logging

from calibration.virtual_daq.damage import Harm
from calibration.virtual_daq.daq import VirtualDaq
from calibration.virtual_daq.errors import DaqError

_LOG = logging.getLogger(__name__)
_KNOWN = "break N, break +N, noise BYTES, flip, drop, repeat, reorder, close SECONDS, quit"
_MAX_NOISE_BYTES = 65_536
"""Judgement: several times the buffer of a pty, still no burden on memory."""
_MAX_CLOSE_S = 86_400.0
"""Judgement: a day; who wants more stops the DAQ."""
_MAX_BARS = 1000
"""Judgement: above the bars of any rotor; the simulator checks the motor's own."""


class Instructions:
    """Carries out instructions on a virtual DAQ."""

    def __init__(self, daq: VirtualDaq) -> None:
        self._daq = daq

    def obey(self, line: str) -> str:
        """Carry out one line; return `ok`, or `error: ` and the reason."""
        try:
            self._carry_out(line)
        except DaqError as error:
            _LOG.warning("%s: %s", line, error)
            return f"error: {error}"
        _LOG.info("%s: ok", line)
        return "ok"

    def _carry_out(self, line: str) -> None:
        match line.split():
            case ["break", count]:
                already = self._daq.source.broken_bars if count.startswith("+") else 0
                self._daq.source.break_bars(already + int(_number(count, _MAX_BARS)))
            case ["noise", size]:
                self._daq.damage.ask(Harm.NOISE, int(_number(size, _MAX_NOISE_BYTES)))
            case ["flip" | "drop" | "repeat" | "reorder" as harm]:
                self._daq.damage.ask(Harm(harm))
            case ["close", duration]:
                self._daq.vanish(_number(duration, _MAX_CLOSE_S))
            case ["quit"]:
                self._daq.stop()
            case _:
                raise DaqError(f"no such instruction: {line!r}; there are {_KNOWN}")


def _number(text: str, maximum: float) -> float:
    """Return a number of 0 to `maximum`; raises DaqError for anything else."""
    try:
        value = float(text)
    except ValueError:
        value = -1.0
    if not 0 <= value <= maximum:
        raise DaqError(f"{text!r} is not a number of 0 to {maximum:g}")
    return value

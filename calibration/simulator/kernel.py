"""The decorator of the compiled inner loops."""

import math
from collections.abc import Callable
from typing import TypeVar, cast

from numba import njit

Function = TypeVar("Function", bound=Callable[..., object])


def kernel(function: Function) -> Function:
    """Compile with numba on first use and keep the machine code beside the source."""
    return cast(Function, njit(cache=True, fastmath=True)(function))


@kernel
def magnitude(value: complex) -> float:
    """Return the absolute value; quicker than abs(), which guards against overflow."""
    return math.sqrt(value.real * value.real + value.imag * value.imag)

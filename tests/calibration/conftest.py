"""Makes the helpers of this folder known to the tests below it, and the fixtures that they share."""

import pytest


@pytest.fixture
def one_thread() -> None:
    """Let torch use one thread: its sums depend on their number, and small networks gain nothing by more."""
    import torch  # many tests below do without, and it takes seconds

    torch.set_num_threads(1)

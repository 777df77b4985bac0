"""Why there is no answer: the reason that prevails over the last minutes.

One load step spoils every window that holds it, and loads that take turns have reasons that take turns. So a
state without an answer names the reason that most windows gave, and stays with it until another one has come
far more often.
"""

from collections import Counter, deque
from typing import Generic, TypeVar

from edge_agent.limits import STATE
from edge_agent.verdict import Finding, Reason

F = TypeVar("F", bound=Finding)


class Reasons(Generic[F]):
    """The windows of the last minutes that gave no answer."""

    def __init__(self) -> None:
        """Begin without any."""
        self._refused: deque[tuple[float, Reason | None, F]] = deque()

    def take(self, finding: F, end_s: float, standing: Reason | None) -> F:
        """Take a window without an answer; return the newest one of the reason that prevails.

        `standing` is the reason that was told so far. It stays unless another one has come far more often, or
        unless it has not come at all. `end_s` is when the window ends.
        """
        refused = self._refused
        refused.append((end_s, reason_of(finding), finding))
        while len(refused) > STATE.patience_windows and refused[0][0] <= end_s - STATE.reason_s:
            refused.popleft()
        reasons = [reason for _, reason, _ in refused]
        if reasons.count(reasons[-1]) == len(reasons):  # as nearly always; to count them all takes far longer
            return finding
        counts = Counter(reasons)
        reason, most = counts.most_common(1)[0]
        if most < max(STATE.patience_windows, STATE.reason_lead * counts[standing]) and counts[standing]:
            reason = standing
        return next(own for _, own_reason, own in reversed(refused) if own_reason is reason)

    def forget(self) -> None:
        """Forget all windows."""
        self._refused.clear()


def reason_of(finding: Finding) -> Reason | None:
    """Return why a finding is no answer; None if it is one."""
    return finding.refusal.reason if finding.refusal else None

"""Whether a failed try deserves another at the same target, and after which pause."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime

from assay.engines.inference.provider import ProviderError, ProviderTimeout, Reply

RETRYABLE = frozenset({408, 429, 500, 502, 503, 504, 529})
"""Statuses after which another try may help. 529 is Anthropic's for an overloaded API."""


def worth_another(outcome: Reply | ProviderError) -> bool:
    """Whether the same request may fare better, here or elsewhere."""
    return outcome.retryable if isinstance(outcome, ProviderError) else outcome.status in RETRYABLE


@dataclass(frozen=True, slots=True)
class Patience:
    """How often one target is tried, and how long a caller is made to wait between two tries."""

    tries: int = 3
    first_pause: float = 0.25
    """Seconds; each further pause is twice as long."""
    longest_pause: float = 4.0
    """Seconds. A target that asks for more is not tried again."""

    def pause(self, tried: int, outcome: Reply | ProviderError, jitter: float) -> float | None:
        """Seconds until the next try of a target tried ``tried`` times; None when it should be left.

        ``jitter`` from 0 to 1 spreads callers over half of each pause. After a timeout the caller has
        waited long enough already.
        """
        if tried >= self.tries or isinstance(outcome, ProviderTimeout):
            return None
        asked = 0.0 if isinstance(outcome, ProviderError) else retry_after(outcome.headers)
        if asked > self.longest_pause:
            return None
        backoff = min(self.first_pause * 2.0 ** (tried - 1), self.longest_pause)
        return max(asked, backoff * (1 + jitter) / 2)


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that a reply asks to wait, 0 when it does not say so intelligibly (RFC 9110, 10.2.3).

    A date is read against the reply's own ``date``, which spares both a clock and a skew between two of them.
    """
    value = headers.get("retry-after", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        wait = parsedate_to_datetime(value) - parsedate_to_datetime(headers.get("date", ""))
        return max(0.0, wait.total_seconds())
    except (ValueError, TypeError):
        return 0.0

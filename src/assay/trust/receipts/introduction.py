"""What a verifier may take from the policy that a gateway publishes about itself.

A gateway can say who it is, for somebody who chooses to believe it. What its root is worth, how strictly it is judged
and which code is known are not its to say: whoever believes it would be judging by the rules of the one judged.
"""

from __future__ import annotations

from collections.abc import Sequence

from assay.errors import ConfigError
from assay.trust.evidence.anchors import AnchorKind, TrustAnchor
from assay.trust.evidence.roots import PRODUCTION
from assay.trust.receipts.policy import Policy


class RootUnvouched(ConfigError):
    """A gateway says what a root is worth, and nobody but the gateway says so."""

    code = "root_unvouched"
    hint = "do not believe this gateway; a root of hardware that Assay does not know is pinned by hand, in trust.json"


def introduced(said: Policy, pinned: Sequence[TrustAnchor] = PRODUCTION) -> Policy:
    """Whom ``said`` names: nodes, payees, roots, revocations and logs, under the demands of an empty policy.

    ``pinned`` are the roots that the verifier knows from elsewhere. A root that is one of them must be called what it
    is, and comes back as it is pinned; any other may only be called simulated. Payees of nodes that ``said`` does not
    name are left out. Raises `RootUnvouched`.
    """
    return Policy(
        nodes=said.nodes,
        payees=tuple(payee for payee in said.payees if payee.node in said.nodes),
        anchors=tuple(dict.fromkeys(_vouched(anchor, pinned) for anchor in said.anchors)),
        revocations=said.revocations,
        logs=said.logs,
    )


def _vouched(said: TrustAnchor, pinned: Sequence[TrustAnchor]) -> TrustAnchor:
    if not (said.family + said.name).isprintable():
        raise RootUnvouched("The gateway names a root by text that cannot be shown.")
    for known in pinned:
        if (known.family, known.fingerprint) == (said.family, said.fingerprint):
            if known.kind is not said.kind:
                raise RootUnvouched(
                    f"The gateway calls the root {said.fingerprint} {said.kind}; it is pinned as {known.kind}."
                )
            return known
    if said.kind is not AnchorKind.SIMULATED:
        raise RootUnvouched(
            f"The gateway calls the root {said.fingerprint} {said.kind}; it is no {said.family} root that is known."
        )
    return said

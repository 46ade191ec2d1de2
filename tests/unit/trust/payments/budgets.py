"""Budgets, sub-budgets and calls for the tests, as hypothesis draws them."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import strategies as st

from assay.trust.payments.budget import Budget, PaidCall
from assay.trust.receipts.predicate import MICRO_USD

OWNER = "0x" + "11" * 20
AGENT = "0x" + "22" * 20
SUB_AGENT = "0x" + "33" * 20
OPG = "eip155:31337/erc20:0x" + "44" * 20
NOON = 20_000 * 86_400 + 43_200
MODELS = ("gpt-*", "gpt-4o", "gpt-4o-mini", "*-mini", "claude", "*")
HOSTS = ("127.0.0.1", "*.example.org", "node.example.org", "*")

BUDGET = Budget(
    owner=OWNER,
    agent_key=AGENT,
    asset=OPG,
    total=500,
    per_call=50,
    per_day=100,
    models=("gpt-*",),
    hosts=("127.0.0.1", "*.example.org"),
    expiry=NOON + 7 * 86_400,
    salt="55" * 32,
)
CALL = PaidCall("127.0.0.1", "gpt-4o", 50, NOON)

budgets = st.builds(
    Budget,
    owner=st.sampled_from((OWNER, AGENT)),
    agent_key=st.sampled_from((AGENT, SUB_AGENT)),
    asset=st.sampled_from((OPG, MICRO_USD)),
    total=st.integers(0, 60) | st.integers(0, 2**256 - 1),
    per_call=st.integers(0, 60),
    per_day=st.integers(0, 60),
    models=st.lists(st.sampled_from(MODELS), min_size=1, max_size=3).map(tuple),
    hosts=st.lists(st.sampled_from(HOSTS), min_size=1, max_size=3).map(tuple),
    expiry=st.integers(NOON - 1, NOON + 4 * 86_400),
    salt=st.binary(min_size=32, max_size=32).map(bytes.hex),
    parent=st.binary(min_size=32, max_size=32).map(bytes.hex),
)
calls = st.builds(
    PaidCall,
    host=st.sampled_from(("127.0.0.1", "node.example.org", "NODE.example.org", "elsewhere")),
    model=st.sampled_from(("gpt-4o", "gpt-4o-mini", "claude", "")),
    maximum=st.integers(0, 70),
    at=st.integers(NOON - 86_400, NOON + 5 * 86_400),
)


@st.composite
def below(draw: st.DrawFn, parent: Budget) -> Budget:
    """What may or may not be a sub-budget, drawn near to where that turns."""
    drawn = draw(budgets)
    return replace(
        drawn,
        owner=parent.agent_key,
        asset=parent.asset,
        total=draw(st.sampled_from((parent.total, drawn.total))),
        models=draw(st.sampled_from((parent.models, drawn.models))),
        hosts=draw(st.sampled_from((parent.hosts, drawn.hosts))),
    )

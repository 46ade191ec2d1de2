"""The engine behind policies: what it decides, what it refuses to read, and what it fails over."""

from __future__ import annotations

import hashlib
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from assay.trust.policy import LoadedPolicy, PolicyFailed, PolicyInvalid, RegorusEngine
from assay.trust.policy.determinism import FORBIDDEN

ECHO = "package p\n\nimport rego.v1\n\nsame := input.value\n\nkind := type_name(input.value)\n"


def load(text: str) -> LoadedPolicy:
    return RegorusEngine().load({"p.rego": text}, {})


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
        lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
        max_leaves=12,
    )
)
def test_what_goes_in_is_what_rules_see(value: object) -> None:
    assert load(ECHO).evaluate("data.p.same", {"value": value}) == value


def test_truth_is_no_number() -> None:
    assert load(ECHO).evaluate("data.p.kind", {"value": False}) == "boolean"


def test_data_lies_beside_the_modules() -> None:
    policy = RegorusEngine().load(
        {"p.rego": "package p\n\nfloor := data.table.floor\n"}, {"table": {"floor": 7}}
    )
    assert policy.evaluate("data.p.floor", {}) == 7


def test_one_input_leaves_no_trace_for_the_next() -> None:
    policy = load(ECHO)
    assert policy.evaluate("data.p.same", {"value": 1}) == 1
    with pytest.raises(PolicyFailed, match="undefined"):
        policy.evaluate("data.p.same", {})


@pytest.mark.parametrize("number", [2**53 + 1, -(2**53) - 1, 2**256 - 1])
@pytest.mark.parametrize("wrap", [lambda n: n, lambda n: [n], lambda n: {"deep": {"er": n}}])
def test_numbers_that_it_would_round_are_refused(number: int, wrap: object) -> None:
    with pytest.raises(PolicyFailed, match="2\\^53"):
        load(ECHO).evaluate("data.p.same", {"value": wrap(number)})  # type: ignore[operator]


@pytest.mark.parametrize(
    "text", ["", "package", "package p\nx := ", "package p\nx if {", "package p\nx if { y == 1 }", "\0"]
)
def test_what_is_not_rego_is_refused(text: str) -> None:
    with pytest.raises(PolicyInvalid, match="not Rego") as refused:
        load(text)
    assert "backtrace" not in str(refused.value).lower()


@pytest.mark.parametrize("name", sorted(FORBIDDEN))
def test_what_could_decide_otherwise_tomorrow_is_refused(name: str) -> None:
    with pytest.raises(PolicyInvalid, match=name):
        load(f"package p\n\nimport rego.v1\n\nx if {{\n\t{name}(1)\n}}\n")


@pytest.mark.parametrize(
    "call", ['time["now_ns"]()', "[t | t := time.now_ns()][0]", "count({t | t := time.now_ns()})"]
)
def test_however_it_is_written(call: str) -> None:
    with pytest.raises(PolicyInvalid, match=r"time\.now_ns"):
        load(f"package p\n\nimport rego.v1\n\nx := {call}\n")


def test_a_name_that_only_looks_alike_is_fine() -> None:
    assert (
        load('package p\n\nimport rego.v1\n\nx := "time.now_ns"\n').evaluate("data.p.x", {}) == "time.now_ns"
    )


def test_no_such_rule_is_no_decision() -> None:
    with pytest.raises(PolicyFailed):
        load(ECHO).evaluate("data.p.other", {})


def test_a_rule_that_breaks_off_is_no_decision() -> None:
    policy = load('package p\n\nimport rego.v1\n\nx := to_number("seven")\n')
    with pytest.raises(PolicyFailed) as failed:
        policy.evaluate("data.p.x", {})
    assert "backtrace" not in str(failed.value).lower()


def test_the_digest_names_modules_and_data() -> None:
    named = rfc8785.dumps({"data": {}, "modules": {"p.rego": ECHO}})
    assert load(ECHO).digest == hashlib.sha256(named).hexdigest()
    others = [
        load(ECHO + "\n"),
        RegorusEngine().load({"q.rego": ECHO}, {}),
        RegorusEngine().load({"p.rego": ECHO}, {"floor": 7}),
    ]
    assert len({load(ECHO).digest, *(policy.digest for policy in others)}) == 4


def test_any_thread_may_ask() -> None:
    policy, together = load(ECHO), Barrier(4)

    def ask(value: int) -> object:
        together.wait()
        return policy.evaluate("data.p.same", {"value": value})

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(ask, range(4))) == [0, 1, 2, 3]


def test_data_that_it_would_round_is_refused() -> None:
    with pytest.raises(PolicyInvalid, match="2\\^53"):
        RegorusEngine().load({"p.rego": ECHO}, {"cap": 2**256 - 1})


def test_input_nested_without_end_is_no_question() -> None:
    value: list[object] = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(PolicyFailed):
        load(ECHO).evaluate("data.p.same", {"value": value})

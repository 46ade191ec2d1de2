"""Functions that come back to themselves would bring the whole process down: they are found before they are called."""

from __future__ import annotations

import pytest

from assay.trust.policy import PolicyInvalid, RegorusEngine

RINGS = {
    "itself": ["package a\n\nf(x) := f(x)\n"],
    "by its whole name": ["package a\n\nf(x) := data.a.f(x)\n"],
    "in brackets": ['package a\n\nf(x) := data["a"].f(x)\n'],
    "under a dotted name": ["package a\n\nk.f(x) := k.f(x)\n"],
    "another": ["package a\n\nf(x) := g(x)\n\ng(x) := f(x)\n"],
    "another module": [
        "package a\n\nimport data.b\n\nf(x) := b.g(x)\n",
        "package b\n\n# ä\nimport data.a as over\n\ng(x) := over.f(x)\n",
    ],
    "in a comprehension": ["package a\n\nf(x) := [y | y := f(x)]\n"],
    "in a set": ["package a\n\nf(x) := {f(x)}\n"],
    "under not": ["package a\n\nf(x) if not f(x)\n"],
    "under every": ["package a\n\nf(x) if {\n\tevery y in x { f(y) }\n}\n"],
    "under with": ["package a\n\nf(x) := 1 if {\n\ty := 1 with input.z as f(x)\n}\n"],
    "until a condition holds": ["package a\n\nf(x) := f(x - 1) if x > 0\n\nf(x) := 0 if x <= 0\n"],
}


@pytest.mark.parametrize("texts", RINGS.values(), ids=RINGS.keys())
def test_a_ring_is_refused(texts: list[str]) -> None:
    with pytest.raises(PolicyInvalid, match=r"never end: data\.a\.(k\.)?f calls"):
        RegorusEngine().load({f"{number}.rego": text for number, text in enumerate(texts)}, {})


@pytest.mark.parametrize(
    "text",
    [
        "f(x) := g(x)\n\ng(x) := count(x)\n\nr := f([1])\n",
        "count_of(x) := count(x)\n\nr := count_of([1])\n",
        "f(f_) := f_ + 1\n\nr := f(f(-1))\n",
    ],
)
def test_calling_others_is_fine(text: str) -> None:
    policy = RegorusEngine().load({"a.rego": f"package a\n\n{text}"}, {})
    assert policy.evaluate("data.a.r", {}) == 1

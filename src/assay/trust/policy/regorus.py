"""Rego by regorus, an interpreter in Rust, inside this process.

It holds numbers beyond 2^53 only roughly and would compare them wrongly without a word, so none is let in. Nothing
stops a policy that loops: whoever runs the policies of strangers gives them a process of their own.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

import orjson

from assay.errors import FormatError
from assay.trust.canonical import canonicalize
from assay.trust.policy.determinism import forbidden_builtins
from assay.trust.policy.errors import PolicyFailed, PolicyInvalid

if TYPE_CHECKING:
    import regorus

_MAX_EXACT = 2**53
_UNDEFINED = "<undefined>"


class RegorusEngine:
    """The default engine (a `PolicyEngine`)."""

    def load(self, modules: Mapping[str, str], data: Mapping[str, Any]) -> RegorusPolicy:
        """Read ``modules``, name to text, with ``data`` beside them. Raises `PolicyInvalid`."""
        import regorus

        engine = regorus.Engine()
        try:
            for name, text in modules.items():
                engine.add_policy(name, text)
            engine.add_data_json(_exact_json(data))
        except RuntimeError as error:
            raise PolicyInvalid(f"This is not Rego: {_reason(error)}.") from None
        if forbidden := forbidden_builtins(orjson.loads(engine.get_ast_as_json())):
            raise PolicyInvalid(f"The policy calls {min(forbidden)}, which could decide otherwise tomorrow.")
        return RegorusPolicy(engine, hashlib.sha256(canonicalize(dict(modules))).hexdigest())


class RegorusPolicy:
    """What `RegorusEngine` has read (a `LoadedPolicy`)."""

    def __init__(self, engine: regorus.Engine, digest: str) -> None:
        self._engine = engine
        self.digest = digest
        """SHA-256 of the modules' canonical JSON, name to text; lower-case hex."""

    def evaluate(self, rule: str, document: Mapping[str, Any]) -> Any:
        """The value of ``rule`` with ``document`` as its input. Raises `PolicyFailed`."""
        engine = self._engine.clone()
        try:
            engine.set_input_json(_exact_json(document))
            value = orjson.loads(engine.eval_rule_as_json(rule))
        except RuntimeError as error:
            raise PolicyFailed(f"The policy gives no {rule}: {_reason(error)}.") from None
        if value == _UNDEFINED:
            raise PolicyFailed(f"The policy leaves {rule} undefined.")
        return value


def _exact_json(document: Mapping[str, Any]) -> str:
    """Canonical JSON of ``document``. Raises `PolicyFailed` for what the engine would not hold exactly."""
    _require_exact(document)
    try:
        return canonicalize(document).decode()
    except FormatError as error:
        raise PolicyFailed(f"The policy's input has no canonical form: {error.message}") from error


def _require_exact(value: Any) -> None:
    if isinstance(value, Mapping):
        for member in value.values():
            _require_exact(member)
    elif isinstance(value, list | tuple):
        for item in value:
            _require_exact(item)
    elif isinstance(value, int) and abs(value) > _MAX_EXACT:
        raise PolicyFailed("The policy's input holds a number beyond 2^53, which the engine would round.")


def _reason(error: RuntimeError) -> str:
    """The engine's own sentence: the last line before its stack trace."""
    said = str(error).partition("Stack backtrace")[0].strip().splitlines()
    return said[-1].removeprefix("error: ").strip() if said else "no reason given"

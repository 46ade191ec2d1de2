"""Rego by regorus, an interpreter in Rust, inside this process.

It holds numbers beyond 2^53 only roughly and would compare them wrongly without a word, so none is let in. Nothing
stops a policy that counts for ever, nor a text of deeply nested brackets while it is read: whoever takes policies
from strangers gives them a process of their own.
"""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import orjson

from assay.errors import FormatError
from assay.trust.canonical import canonicalize
from assay.trust.policy.determinism import forbidden_builtins
from assay.trust.policy.errors import PolicyFailed, PolicyInvalid
from assay.trust.policy.recursion import recursive_functions

if TYPE_CHECKING:
    import regorus

_MAX_EXACT = 2**53
_UNDEFINED = "<undefined>"
"""What the engine prints for no value; a policy that says this very text has said nothing, too."""


class RegorusEngine:
    """The default engine (a `PolicyEngine`)."""

    def load(self, modules: Mapping[str, str], data: Mapping[str, Any]) -> RegorusPolicy:
        """Read ``modules``, name to text, with ``data`` beside them. Raises `PolicyInvalid`."""
        try:
            named = canonicalize({"data": data, "modules": dict(modules)})
            policy = RegorusPolicy(dict(modules), _exact_json(data), hashlib.sha256(named).hexdigest())
            read = orjson.loads(policy.engine().get_ast_as_json())
        except FormatError as error:
            raise PolicyInvalid(f"The policy cannot be read: {error.message}") from None
        except RuntimeError as error:
            raise PolicyInvalid(f"This is not Rego: {_reason(error)}.") from None
        if forbidden := forbidden_builtins(read):
            raise PolicyInvalid(f"The policy calls {min(forbidden)}, which reads more than its arguments.")
        if ring := recursive_functions(read):
            raise PolicyInvalid(f"The policy's functions never end: {' calls '.join(ring)}.")
        return policy


@dataclass(frozen=True, slots=True)
class RegorusPolicy:
    """What `RegorusEngine` has read (a `LoadedPolicy`). Any thread may use it."""

    modules: Mapping[str, str]
    data: str
    """JSON."""
    digest: str
    """See `LoadedPolicy`."""
    _own: threading.local = field(default_factory=threading.local, repr=False, compare=False)
    """An engine dies of being used by another thread than the one that made it: each thread reads for itself, once."""

    def evaluate(self, rule: str, document: Mapping[str, Any]) -> Any:
        """The value of ``rule`` with ``document`` as its input. Raises `PolicyFailed`."""
        try:
            # A copy, so that one input leaves no trace for the next.
            engine = self.engine().clone()
            engine.set_input_json(_exact_json(document))
            value = orjson.loads(engine.eval_rule_as_json(rule))
        except FormatError as error:
            raise PolicyFailed(f"The policy cannot be asked: {error.message}") from None
        except RuntimeError as error:
            raise PolicyFailed(f"The policy gives no {rule}: {_reason(error)}.") from None
        if value == _UNDEFINED:
            raise PolicyFailed(f"The policy leaves {rule} undefined.")
        return value

    def engine(self) -> regorus.Engine:
        """This thread's own, with modules and data and no input yet. Raises `RuntimeError` for what is not Rego."""
        import regorus

        engine: regorus.Engine | None = getattr(self._own, "engine", None)
        if engine is None:
            engine = regorus.Engine()
            for name, text in self.modules.items():
                engine.add_policy(name, text)
            engine.add_data_json(self.data)
            # The first question of all has the modules compiled: asked here, it is not asked anew of every copy.
            engine.eval_query("true")
            self._own.engine = engine
        return engine


def _exact_json(document: Mapping[str, Any]) -> str:
    """Canonical JSON of ``document``. Raises `FormatError` for what the engine would not hold exactly."""
    _require_exact(document)
    return canonicalize(document).decode()


def _require_exact(value: Any) -> None:
    if isinstance(value, Mapping):
        for member in value.values():
            _require_exact(member)
    elif isinstance(value, list | tuple):
        for item in value:
            _require_exact(item)
    elif isinstance(value, int) and abs(value) > _MAX_EXACT:
        raise FormatError("This holds a number beyond 2^53, which the engine would round.")


def _reason(error: RuntimeError) -> str:
    """The engine's own sentence: the last line before its stack trace."""
    said = str(error).partition("Stack backtrace")[0].strip().splitlines()
    return said[-1].removeprefix("error: ").strip() if said else "no reason given"

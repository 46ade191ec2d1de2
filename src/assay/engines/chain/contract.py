"""Contracts as values: what to call and how to read what comes back. Nothing here asks a chain.

The classes in `bindings` are written from artifacts and stand on these. A function of a contract returns a `Call`;
`Chain.read` asks what it would answer, `Sender.send` makes it happen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import repeat
from typing import Any, ClassVar, Generic, Self, TypeVar, cast, get_args, get_origin, get_type_hints

from assay.engines.chain import abi
from assay.engines.chain.artifact import Artifact
from assay.engines.chain.errors import ChainGarbage
from assay.engines.chain.library import Address
from assay.engines.chain.receipt import Log

T = TypeVar("T")


@dataclass(frozen=True)  # with slots, Python 3.11 cannot make a `Call[int](...)`
class Call(Generic[T]):
    """One call of a contract, whose answer is a ``T``. ``value``: wei that go with it."""

    to: Address
    data: bytes
    outputs: tuple[str, ...] = ()
    """ABI types of the answer."""
    value: int = 0
    kind: Any = None
    """The type ``T``, if there are structs in it."""

    def read(self, answer: bytes) -> T:
        """The answer from its bytes: None, the one value, or a tuple. Raises `ChainGarbage`."""
        values = abi.decode(self.outputs, answer)
        return cast(T, _named(self.kind, values if len(values) > 1 else next(iter(values), None)))


class Contract:
    """A contract at an address."""

    artifact: ClassVar[str]
    """Name of the artifact it was deployed from."""

    def __init__(self, address: Address) -> None:
        self.address = address

    def __repr__(self) -> str:
        return f"{type(self).__name__}({self.address!r})"

    @classmethod
    def _initcode(cls, types: Sequence[str], arguments: Sequence[Any]) -> bytes:
        """What a transaction that makes one carries: code, and the arguments behind it."""
        return Artifact.load(cls.artifact).bytecode + abi.encode(types, arguments)

    def _call(
        self,
        name: str,
        types: Sequence[str],
        arguments: Sequence[Any],
        outputs: tuple[str, ...] = (),
        kind: Any = None,
    ) -> Call[Any]:
        data = abi.selector(name, types) + abi.encode(types, arguments)
        return Call(self.address, data, outputs, kind=kind)


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an event."""

    name: str
    type: str
    indexed: bool = False


class Event:
    """Base of the events of contracts: dataclasses with a field for each parameter."""

    __slots__ = ()

    signature: ClassVar[str]
    parameters: ClassVar[tuple[Parameter, ...]]

    @classmethod
    def topic(cls) -> bytes:
        """The first topic of its logs."""
        return abi.topic(cls.signature, [parameter.type for parameter in cls.parameters])

    @classmethod
    def read(cls, log: Log) -> Self:
        """The event from a log that begins with its `topic`. Raises `ChainGarbage`."""
        indexed = [parameter for parameter in cls.parameters if parameter.indexed]
        plain = [parameter for parameter in cls.parameters if not parameter.indexed]
        if len(log.topics) != len(indexed) + 1 or log.topics[0] != cls.topic():
            raise ChainGarbage(f"A log is not of the event {cls.signature}.")
        values = dict(
            zip(
                [parameter.name for parameter in indexed + plain],
                abi.decode([_indexed(parameter.type) for parameter in indexed], b"".join(log.topics[1:]))
                + abi.decode([parameter.type for parameter in plain], log.data),
                strict=True,
            )
        )
        return cls(**values)


def _named(type: Any, value: Any) -> Any:
    """``value`` with the tuples that ``type`` has names for, which are those of structs, under their names."""
    if fields := getattr(type, "_fields", None):
        types = get_type_hints(type)
        return type(*(_named(types[field], part) for field, part in zip(fields, value, strict=True)))
    if get_origin(type) is tuple:
        parts = get_args(type)
        return tuple(map(_named, repeat(parts[0]) if parts[-1] is ... else parts, value))
    return value


def _indexed(type: str) -> str:
    """What stands in a topic: the value if it fits into a word, else its hash."""
    fits = not type.endswith(("]", ")")) and type not in ("string", "bytes")
    return type if fits else "bytes32"

"""Reads the part of CBOR (RFC 8949) that signed evidence is written in, and refuses the rest.

A general decoder turns tags into Python objects, keeps the last of two equal keys and reads one value from
many encodings. Evidence needs the opposite: nothing but integers, strings, arrays, maps and null, and one way
to write each of them. The one liberty is that a map may have an indefinite length, because AWS Nitro writes
its payload so.
"""

from __future__ import annotations

from typing import TypeAlias

from assay.trust.evidence.errors import EvidenceMalformed

Value: TypeAlias = "int | bytes | str | list[Value] | dict[int | str, Value] | None"

MAX_DEPTH = 4
"""Nested arrays and maps; the deepest evidence document has two."""

_NULL = 0xF6
_INDEFINITE_MAP = 0xBF
_BREAK = 0xFF


def decode(data: bytes) -> Value:
    """The one value that ``data`` is the encoding of.

    Memory stays in proportion to ``len(data)``, whatever lengths the bytes announce.
    Raises `EvidenceMalformed` for anything outside the subset: tags, floats, booleans, lengths not in their
    shortest form, strings and arrays of indefinite length, a key twice in one map, a key that is neither
    integer nor text, deeper nesting than `MAX_DEPTH`, bytes missing or left over.
    """
    reader = _Reader(data)
    value = reader.value(depth=0)
    if reader.position != len(data):
        raise EvidenceMalformed("bytes follow the end of the CBOR value")
    return value


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.data = data
        self.position = 0

    def value(self, depth: int) -> Value:
        if depth > MAX_DEPTH:
            raise EvidenceMalformed("CBOR is nested too deeply")
        if self.skip(_NULL):
            return None
        if self.skip(_INDEFINITE_MAP):
            return self.open_map(depth)
        major, argument = self.head()
        match major:  # RFC 8949 §3.1
            case 0:
                return argument
            case 1:
                return -1 - argument
            case 2:
                return self.take(argument)
            case 3:
                return self.text(argument)
            case 4:
                return [self.value(depth + 1) for _ in range(argument)]
            case 5:
                return self.closed_map(argument, depth)
            case _:
                raise EvidenceMalformed("CBOR holds a tag, a float or a simple value where evidence has none")

    def head(self) -> tuple[int, int]:
        """Major type and argument (RFC 8949 §3), the argument in its shortest form (§4.1)."""
        initial = self.take(1)[0]
        major, short = initial >> 5, initial & 0x1F
        if short < 24:
            return major, short
        if short > 27:
            raise EvidenceMalformed("CBOR has an indefinite or reserved length where evidence has none")
        size = 1 << (short - 24)
        argument = int.from_bytes(self.take(size), "big")
        if argument < (24 if size == 1 else 1 << (4 * size)):
            raise EvidenceMalformed("a CBOR length is not in its shortest form")
        return major, argument

    def text(self, length: int) -> str:
        try:
            return self.take(length).decode()
        except UnicodeDecodeError:
            raise EvidenceMalformed("a CBOR text string is not UTF-8") from None

    def closed_map(self, pairs: int, depth: int) -> dict[int | str, Value]:
        entries: dict[int | str, Value] = {}
        for _ in range(pairs):
            self.entry_into(entries, depth)
        return entries

    def open_map(self, depth: int) -> dict[int | str, Value]:
        entries: dict[int | str, Value] = {}
        while not self.skip(_BREAK):
            self.entry_into(entries, depth)
        return entries

    def entry_into(self, entries: dict[int | str, Value], depth: int) -> None:
        key = self.value(depth + 1)
        if not isinstance(key, int | str):
            raise EvidenceMalformed("a CBOR map key is neither an integer nor text")
        if key in entries:
            raise EvidenceMalformed("a CBOR map has one key twice")
        entries[key] = self.value(depth + 1)

    def skip(self, byte: int) -> bool:
        """Whether ``byte`` comes next; if so it is read."""
        found = self.data[self.position : self.position + 1] == bytes([byte])
        self.position += found
        return found

    def take(self, length: int) -> bytes:
        end = self.position + length
        if end > len(self.data):
            raise EvidenceMalformed("CBOR ends in the middle of a value")
        taken = self.data[self.position : end]
        self.position = end
        return taken

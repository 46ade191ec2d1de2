"""Little-endian fields, one after another, as SPDM and NVIDIA's opaque data lay them out."""

from __future__ import annotations

from assay.trust.evidence.errors import EvidenceMalformed


class Reader:
    """A position in bytes that nobody trusts: it never moves past their end."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    @property
    def left(self) -> int:
        """How many bytes nobody has read yet."""
        return len(self._data) - self._position

    def take(self, size: int) -> bytes:
        """The next ``size`` bytes. Raises `EvidenceMalformed` when there are fewer."""
        if size > self.left:
            raise EvidenceMalformed("the report ends in the middle of a field")
        start = self._position
        self._position += size
        return self._data[start : self._position]

    def number(self, size: int) -> int:
        """The next ``size`` bytes as an unsigned integer. Raises `EvidenceMalformed` when there are fewer."""
        return int.from_bytes(self.take(size), "little")

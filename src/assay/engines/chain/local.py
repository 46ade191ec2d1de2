"""The chain of this machine: one anvil, and beside it a keeper that writes its state down (`keeper`).

Both are looked for by files they lock, so whoever asks finds what truly runs. If either is killed, the other goes on,
or begins again from what was written: `start` puts together whatever is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from assay.engines.process import presence
from assay.engines.process.launch import LaunchFailed, end, launch, wait_until
from assay.engines.process.presence import Running

CHAIN_ID = 31337
"""Of the chain of every machine: what is signed for it is worth nothing on another."""
LOOPBACK = "127.0.0.1"
DEFAULT_PORT = 8545
ANY_PORT = 0

_NOTICE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Directory:
    """What lies where, below one directory."""

    root: Path

    @property
    def anvil(self) -> Path:
        """Presence of the node; where it listens."""
        return self.root / "anvil.json"

    @property
    def keeper(self) -> Path:
        """Presence of the keeper."""
        return self.root / "keeper.json"

    @property
    def lock(self) -> Path:
        """Held by the one keeper."""
        return self.root / "lock"

    @property
    def state(self) -> Path:
        """Blocks, accounts and receipts, as anvil writes them."""
        return self.root / "state.json"

    @property
    def output(self) -> Path:
        """What both have to complain of."""
        return self.root / "chain.log"


class LocalChain:
    """The chain whose state is in one directory."""

    def __init__(self, root: Path, anvil: Path, chain_id: int = CHAIN_ID) -> None:
        """``anvil``: the program, see `assay.engines.chain.anvil`; need not be there to look for what runs.

        ``chain_id``: another one is for tests of clients that know one chain only; whatever they sign is good there.
        """
        self.directory = Directory(root)
        self._anvil = anvil
        self._chain_id = chain_id

    def find(self) -> Running | None:
        """The node, if it runs."""
        return presence.find(self.directory.anvil)

    def start(self, port: int) -> Running:
        """Start node and keeper so that they outlive the caller; what runs already is left as it is.

        ``port``: on the loopback address; 0 takes any that is free. Raises `LaunchFailed`.
        """
        if self.find() is None:
            wait_until(lambda: self._keeper() is None, _NOTICE_SECONDS)  # of a node that has just been killed
        if self._keeper() is None:
            self.directory.root.mkdir(mode=0o700, parents=True, exist_ok=True)
            arguments = [str(self.directory.root), "--anvil", str(self._anvil), "--port", str(port)]
            arguments += ["--chain-id", str(self._chain_id)]
            launch("assay.engines.chain.keeper", arguments, self.directory.output)
        running = self.find()
        if running is None:
            raise LaunchFailed("The chain has ended at once.", hint=f"see {self.directory.output}")
        return running

    def stop(self) -> bool:
        """End both when every block is written. Whether that was so; False if they had to be killed.

        Raises `ProcessUnending`, and what `start` does: a node that lost its keeper gets another one first.
        """
        node = self.find()
        if node is None:
            return True
        self.start(ANY_PORT)
        keeper = self._keeper()
        polite = keeper is not None and end(keeper.pid, lambda: self._keeper() is None)
        if self.find() == node:
            end(node.pid, lambda: self.find() is None)
        return polite

    def _keeper(self) -> Running | None:
        return presence.find(self.directory.keeper)

"""The ways from the load to the upstream, one file each."""

from __future__ import annotations

from rig.contender import Contender
from rig.contenders.assay import Assay
from rig.contenders.bare import BarePassThrough
from rig.contenders.direct import Direct
from rig.contenders.litellm import LiteLLM
from rig.contenders.nginx import Nginx
from rig.contenders.portkey import Portkey

DIRECT: Contender = Direct()
OURS: tuple[Contender, ...] = (Assay(receipts=True), Assay(receipts=False))
PEERS: tuple[Contender, ...] = (Nginx(), BarePassThrough(), Portkey(), LiteLLM())

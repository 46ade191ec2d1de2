"""LiteLLM proxy, one worker, no database, in a virtual environment of its own."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

from rig.cell import Workload
from rig.contender import EVERYTHING, Launch, Unavailable
from rig.places import CACHE

VERSION = "1.106.2"
_HOME = CACHE / "litellm"
_KEY = "sk-bench-0123456789abcdef0123456789abcdef"

_ENVIRONMENT = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # else the import fetches a price list
    "LITELLM_LOG": "ERROR",
    "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
    "LITELLM_MASTER_KEY": _KEY,
}


class LiteLLM:
    name = "litellm"
    workloads = EVERYTHING

    def prepare(self) -> None:
        if any(_HOME.glob(f"lib/python*/site-packages/litellm-{VERSION}.dist-info")):
            return
        print(f"installing litellm[proxy] {VERSION} into {_HOME} (minutes, once)", file=sys.stderr)
        install = [str(_HOME / "bin" / "pip"), "install", "--quiet", f"litellm[proxy]=={VERSION}"]
        for command in ([sys.executable, "-m", "venv", str(_HOME)], install):
            if subprocess.run(command, capture_output=True).returncode:
                raise Unavailable(f"litellm[proxy]=={VERSION} could not be installed")

    def launch(self, upstream: int, port: int, scratch: Path) -> Launch:
        # JSON is YAML
        config = scratch / "config.yaml"
        config.write_text(json.dumps({"model_list": [_model(workload, upstream) for workload in Workload]}))
        return Launch(
            command=(
                _HOME / "bin" / "litellm",
                "--config",
                config,
                "--host",
                "127.0.0.1",
                "--port",
                str(port),
            ),
            port=port,
            environment=_ENVIRONMENT,
            headers={"authorization": f"Bearer {_KEY}"},
        )


def _model(workload: Workload, upstream: int) -> dict[str, object]:
    return {
        "model_name": workload.model,
        "litellm_params": {
            "model": f"openai/{workload.model}",
            "api_base": f"http://127.0.0.1:{upstream}/v1",
            "api_key": "bench",
        },
    }

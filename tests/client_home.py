"""The home of somebody who calls the tests' gateway: what `assay up` would have left there."""

from __future__ import annotations

import json
import os
import sys
from pathlib import Path

from tests.gateway_fixture import Gateway

from assay.apps.client.introduction import published_policy
from assay.apps.network.home import Home
from assay.apps.network.introduction import believe


def environment_of_client(gateway: Gateway, directory: Path) -> dict[str, str]:
    """Fill ``directory`` and return the environment in which `assay` and Python programs find it."""
    home = Home(directory)
    home.create()
    believe(home, published_policy(gateway.url))
    access = {
        "openai_base_url": gateway.openai_url,
        "anthropic_base_url": gateway.url,
        "api_key": gateway.api_key,
    }
    home.env.write_text(json.dumps(access))
    programs = Path(sys.executable).parent
    return os.environ | {"ASSAY_HOME": str(directory), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}

"""Kinds of provider, built from configuration."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from assay.engines.inference.configuration import load_catalogue
from assay.engines.inference.operation import Operation
from assay.engines.inference.providers import build_providers, provider_kind
from assay.engines.inference.providers.hosted import HostedProvider
from assay.errors import ConfigError

KEY = "sk-nobody-may-see-this"
VARIABLES = {
    "OPENAI_API_KEY": "openai",
    "ANTHROPIC_API_KEY": "anthropic",
    "GEMINI_API_KEY": "google",
    "XAI_API_KEY": "xai",
    "ARK_API_KEY": "bytedance",
    "OPENROUTER_API_KEY": "openrouter",
    "ZAI_API_KEY": "zai",
}


def build(settings: str, secrets: dict[str, str] | None = None) -> HostedProvider:
    text = f"[[providers]]\nname = 'local'\n{settings}"
    provider = build_providers(load_catalogue(text, {}), secrets or {})["local"]
    assert isinstance(provider, HostedProvider)
    return provider


async def test_every_well_known_provider_can_be_built() -> None:
    environment = dict.fromkeys(VARIABLES, KEY)
    catalogue = load_catalogue(
        "[[providers]]\nname='local'\nkind='compatible'\nbase_url='http://x'", environment
    )
    providers = build_providers(catalogue, environment)
    assert set(providers) == {"local", *VARIABLES.values()}
    for name, provider in providers.items():
        assert provider.name == name
        assert KEY not in repr(provider) + repr(provider.profile("m"))
        assert provider.profile("m").determinism == "none"


def test_a_compatible_server_speaks_what_it_is_said_to() -> None:
    settings = "kind = 'compatible'\nbase_url = 'http://127.0.0.1:8000/v1'\n"
    assert Operation.CHAT in build(settings).speaks
    named = build(settings + "speaks = ['messages', 'chat.completions']")
    assert named.speaks == {Operation.MESSAGES, Operation.CHAT}


@pytest.mark.parametrize(
    ("settings", "message", "hint"),
    [
        ("kind = 'opnai'", "no kind of provider called `opnai`", "`openai`"),
        ("kind = 'openai'", "needs `api_key_env`", "api_key_env"),
        ("kind = 'openai'\napi_key_env = 'NOT_SET'", "finds no key in NOT_SET", "set NOT_SET"),
        ("kind = 'compatible'", "needs `base_url`", "http"),
        ("kind = 'compatible'\nbase_url = 'localhost:8000'", "not an http", "https://"),
        (
            "kind = 'compatible'\nbase_url = 'http://a'\nspeaks = ['chat']",
            "no operation `chat`",
            "chat.completions",
        ),
        ("kind = 'compatible'\nbase_url = 'http://a'\nspeeks = ['messages']", "`speeks`", "`speaks`"),
        ("kind = 'compatible'\nbase_url = 'http://a'\ndeadlines = {conect = 1}", "`conect`", "`connect`"),
        ("kind = 'compatible'\nbase_url = 'http://a'\ndeadlines = {total = 0}", "not above zero", ""),
        ("kind = 'compatible'\nbase_url = 'http://a'\napi_key = 'sk-1'", "`api_key`", "`api_key_env`"),
    ],
)
def test_a_mistake_is_named_with_what_to_do(settings: str, message: str, hint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build(settings)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert "sk-1" not in str(caught.value)


def test_another_package_adds_a_kind_by_entry_point(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "plugged.py").write_text("class Mine: ...\n")
    metadata = tmp_path / "plugged-1.0.dist-info"
    metadata.mkdir()
    (metadata / "METADATA").write_text("Metadata-Version: 2.1\nName: plugged\nVersion: 1.0\n")
    (metadata / "entry_points.txt").write_text("[assay.providers]\nmine = plugged:Mine\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert provider_kind("mine").__name__ == "Mine"  # type: ignore[attr-defined]


def test_the_kinds_are_imported_only_when_they_are_built() -> None:
    program = "import sys, assay.engines.inference.providers; print('aiohttp' in sys.modules)"
    assert (
        subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout == b"False\n"
    )

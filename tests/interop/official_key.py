"""A pytest plugin for the official suites: they have a key of their own written in, and this puts ours there."""

from __future__ import annotations

import os

import pytest


def pytest_sessionstart(session: pytest.Session) -> None:
    for plugin in session.config.pluginmanager.get_plugins():
        if hasattr(plugin, "api_key"):
            plugin.api_key = os.environ["TEST_API_KEY"]

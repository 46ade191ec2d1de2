"""What goes wrong with tables. No message holds the URL of a database, which may have a password in it."""

from __future__ import annotations

from assay.errors import AssayError, ConfigError


class PostgresExtraMissing(ConfigError):
    """PostgreSQL is spoken by a package that is an optional extra."""

    code = "postgres_extra_missing"
    hint = "install the extra: `pip install 'assay[postgres]'`"


class TablesUnavailable(AssayError):
    """The database does not answer, or not as it should."""

    code = "tables_unavailable"
    hint = "check that PostgreSQL runs, and its URL in the settings; nothing was half written"

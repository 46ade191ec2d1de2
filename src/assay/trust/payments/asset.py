"""Amounts of an asset: whole numbers of its smallest unit for machines, decimals for people."""

from __future__ import annotations

import re
from typing import Final

from assay.errors import ConfigError
from assay.trust.receipts.predicate import MICRO_USD

MOST: Final = 2**256 - 1
"""What any amount can be, as contracts count."""
PLACES: Final = 6
"""As many decimals are shown, unless every one is asked for."""

_TOKEN = re.compile(r"eip155:[1-9][0-9]{0,17}/erc20:0x[0-9a-f]{40}")
_DECIMALS = re.compile(r"(?P<whole>[0-9]{1,78})(?:\.(?P<fraction>[0-9]{1,18}))?")


class AmountInvalid(ConfigError):
    """This is no amount of the asset."""

    code = "amount_invalid"
    hint = "write it in decimals, as in 0.05"


def is_asset(text: str) -> bool:
    """Whether it names what can be paid with: `MICRO_USD`, or a token by its CAIP-19 name in lower case."""
    return text == MICRO_USD or _TOKEN.fullmatch(text) is not None


def token_asset(chain_id: int, address: str) -> str:
    """The CAIP-19 name of a token of an EVM chain; ``address`` in any case."""
    return f"eip155:{chain_id}/erc20:{address.lower()}"


def read_token(asset: str) -> tuple[int, str]:
    """The chain's id and the token's address, the inverse of `token_asset`. Raises `ValueError` for others."""
    if not _TOKEN.fullmatch(asset):
        raise ValueError(asset)
    chain, token = asset.split("/")
    return int(chain.removeprefix("eip155:")), token.removeprefix("erc20:")


def name(asset: str) -> str:
    """What people call it."""
    return "USD" if asset == MICRO_USD else "OPG"


def decimals(asset: str) -> int:
    """How many decimals one has: of a token 18, as OPG."""
    return 6 if asset == MICRO_USD else 18


def spell(units: int, asset: str, *, exact: bool = False) -> str:
    """``0.05 OPG``, see `write`."""
    return f"{write(units, decimals(asset), exact=exact)} {name(asset)}"


def write(units: int, places: int, *, exact: bool = False) -> str:
    """An amount whose unit has ``places`` decimals: with every one, or with `PLACES` of them at most.

    Rounded down, as nobody has more than there is.
    """
    shown = places if exact else PLACES
    whole, rest = divmod(units, 10**places)
    fraction = f"{rest:0{places}}"[:shown].rstrip("0")
    if units and not whole and not fraction:
        return f"<{'0.'.ljust(shown + 1, '0')}1"
    return f"{whole}.{fraction}" if fraction else str(whole)


def parse(text: str, asset: str) -> int:
    """The smallest units in an amount that a person wrote. Raises `AmountInvalid`."""
    read = _DECIMALS.fullmatch(text)
    if read is None:
        raise AmountInvalid(f"This is no amount of {name(asset)}.")
    whole, fraction = read["whole"], read["fraction"] or ""
    places = decimals(asset)
    if len(fraction) > places:
        raise AmountInvalid(f"{name(asset)} has {places} decimals, and this has {len(fraction)}.")
    units = int(whole + fraction.ljust(places, "0"))
    if units > MOST:
        raise AmountInvalid(f"There is not so much {name(asset)}.")
    return units

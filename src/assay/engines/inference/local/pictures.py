"""Pictures without a model: folded silk in the colours that a prompt's hash picks.

They stand in where no image provider is set. Every one says on its face and in its metadata that no model
made it. The same prompt gives the same picture; nothing of the prompt can be read in it.
"""

from __future__ import annotations

from hashlib import sha256
from io import BytesIO

import numpy as np
import PIL
from PIL import Image, ImageDraw, ImageFont, features
from PIL.PngImagePlugin import PngInfo

from assay.engines.inference.local.cpu import cpu_class
from assay.engines.inference.local.palette import RAMP, Array, ramp
from assay.engines.inference.provider import EngineProfile

LABEL = "PROCEDURAL TEST IMAGE - not a model"

SMALLEST = 256
LARGEST = 1024
"""Pixels of the shortest and the longest side."""

_DOMAIN = b"assay procedural test image v1\0"
_FOLDS = 7
_LIGHT = np.array([-0.48, -0.62, 0.62], dtype=np.float32)
"""Towards the lamp: above, from the left. Unit length."""


def draw(prompt: str, place: int, width: int, height: int) -> bytes:
    """The picture for a prompt as PNG; ``place`` counts the pictures of one request from 0.

    ``width`` and ``height`` are in pixels, each from `SMALLEST` to `LARGEST`.
    """
    random = _random(prompt, place)
    colours = ramp(random)
    relief = _silk(random, width, height)
    pixels = _lit(relief, colours, random)
    picture = Image.fromarray((np.clip(pixels, 0, 1) * 255).round().astype(np.uint8), "RGB")
    return _png(_labelled(picture, colours))


def profile() -> EngineProfile:
    """What two runs must share to draw the same bytes."""
    settings: dict[str, str | int | bool] = {
        "cpu": cpu_class(),
        "numpy": np.__version__,
        "pillow": PIL.__version__,
        "zlib": features.version("zlib") or "unknown",
    }
    return EngineProfile(
        "procedural", build=_DOMAIN.rstrip(b"\0").decode(), determinism="exact", settings=settings
    )


def _random(prompt: str, place: int) -> np.random.Generator:
    seed = sha256(_DOMAIN + place.to_bytes(4, "big") + prompt.encode()).digest()
    return np.random.Generator(np.random.PCG64(int.from_bytes(seed, "big")))


def _silk(random: np.random.Generator, width: int, height: int) -> Array:
    """Heights of a cloth, shape ``(height, width)``, about -1 to 1.

    Two coordinates bend each other with sine waves, finer at each fold; the cloth is one wave across what
    is left of them.
    """
    longest = max(width, height)
    x, y = np.meshgrid(
        (np.arange(width, dtype=np.float32) - width / 2) / longest * 2,
        (np.arange(height, dtype=np.float32) - height / 2) / longest * 2,
    )
    turn = random.uniform(0, 2 * np.pi)
    x, y = x * np.cos(turn) - y * np.sin(turn), x * np.sin(turn) + y * np.cos(turn)
    frequency = random.uniform(1.7, 2.4)
    for _ in range(_FOLDS):
        depth = random.uniform(0.55, 0.8) / frequency
        across, along = random.uniform(0, 2 * np.pi, 2)
        x = x + depth * np.sin(frequency * y + across)
        y = y + depth * np.sin(frequency * x + along)
        frequency *= random.uniform(1.35, 1.6)
    cloth: Array = np.sin(random.uniform(1.6, 2.6) * x + random.uniform(0.4, 1.2) * y).astype(np.float32)
    return cloth


def _lit(relief: Array, colours: Array, random: np.random.Generator) -> Array:
    """The cloth under a lamp, shape ``(height, width, 3)``: its dye, soft shade, a sheen, a little grain."""
    height, width = relief.shape
    slope_y, slope_x = np.gradient(relief * max(relief.shape) / 14)
    normal = np.stack([-slope_x, -slope_y, np.ones_like(relief)], axis=-1)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True)
    facing = np.clip(normal @ _LIGHT, 0, 1)
    dye = np.clip(0.12 + 0.68 * (0.5 + 0.5 * relief) + 0.22 * (facing - 0.5), 0, 1)
    cloth = colours[(dye * (RAMP - 1)).astype(np.intp)]
    sheen = facing[..., None] ** 18 * 0.32 * colours[-1]
    y = np.linspace(-1, 1, height, dtype=np.float32)[:, None]
    x = np.linspace(-1, 1, width, dtype=np.float32)[None, :]
    vignette = 1 - 0.28 * np.clip(x * x + y * y - 0.35, 0, 1)[..., None]
    grain = random.normal(0, 0.008, (height, width, 1)).astype(np.float32)
    lit: Array = cloth * (0.70 + 0.48 * facing[..., None]) * vignette + sheen + grain
    return lit


def _labelled(picture: Image.Image, colours: Array) -> Image.Image:
    """The picture with the strip along its foot that says what it is."""
    width, height = picture.size
    strip = max(20, height // 22)
    night, light = (tuple(int(part * 255) for part in colours[place]) for place in (40, RAMP - 60))
    foot = Image.new("RGBA", (width, strip), (*night, 214))
    font = ImageFont.load_default(size=max(9, int(min(strip * 0.5, width / 24))))
    ImageDraw.Draw(foot).text((width / 2, strip / 2), LABEL, fill=(*light, 255), font=font, anchor="mm")
    picture.paste(foot, (0, height - strip), foot)
    return picture


def _png(picture: Image.Image) -> bytes:
    text = PngInfo()
    text.add_text("Title", LABEL)
    text.add_text("Software", "Assay")
    out = BytesIO()
    picture.save(out, "PNG", pnginfo=text, compress_level=6)
    return out.getvalue()

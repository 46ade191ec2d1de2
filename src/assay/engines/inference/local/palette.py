"""Colours that go together: a ramp through OKLCH, where equal steps look equal.

Source of the colour space: Björn Ottosson, "A perceptual color space for image processing" (2020).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

RAMP = 1024
"""Steps of a ramp; more than a screen can show between two neighbours."""

_LAB_TO_LMS = np.array(
    [
        [1.0, 0.3963377774, 0.2158037573],
        [1.0, -0.1055613458, -0.0638541728],
        [1.0, -0.0894841775, -1.2914855480],
    ]
)
_LMS_TO_LINEAR_RGB = np.array(
    [
        [4.0767416621, -3.3077115913, 0.2309699292],
        [-1.2684380046, 2.6097574011, -0.3413193965],
        [-0.0041960863, -0.7034186147, 1.7076147010],
    ]
)


def ramp(random: np.random.Generator) -> Array:
    """A ramp of `RAMP` sRGB colours from night to light, shape ``(RAMP, 3)``, values 0 to 1.

    The hue turns slowly along the ramp, now and then far enough to end in the complement.
    """
    start = random.uniform(0, 2 * np.pi)
    turn = random.choice([-1, 1]) * random.uniform(0.5, 1.9)
    stops = np.linspace(0, 1, 6)
    lightness = np.array([0.16, 0.30, 0.47, 0.64, 0.81, 0.95])
    chroma = np.array([0.050, 0.105, 0.140, 0.130, 0.090, 0.035]) * random.uniform(0.85, 1.1)
    along = np.linspace(0, 1, RAMP)
    hue = start + turn * along
    colourfulness = np.interp(along, stops, chroma)
    lab = np.stack(
        [
            np.interp(along, stops, lightness),
            colourfulness * np.cos(hue),
            colourfulness * np.sin(hue),
        ],
        axis=1,
    )
    return _srgb(lab)


def _srgb(lab: NDArray[np.float64]) -> Array:
    linear = np.clip((lab @ _LAB_TO_LMS.T) ** 3 @ _LMS_TO_LINEAR_RGB.T, 0, 1)
    encoded = np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)
    srgb: Array = encoded.astype(np.float32)
    return srgb

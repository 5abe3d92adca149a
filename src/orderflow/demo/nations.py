"""Where the nations of TPC-H lie: their capitals, in degrees, rounded to a tenth.

It knows places, and refuses to know who lives there.
"""

from __future__ import annotations

from typing import Final

CAPITALS: Final[dict[str, tuple[float, float]]] = {
    "ALGERIA": (36.8, 3.1),
    "ARGENTINA": (-34.6, -58.4),
    "BRAZIL": (-15.8, -47.9),
    "CANADA": (45.4, -75.7),
    "CHINA": (39.9, 116.4),
    "EGYPT": (30.0, 31.2),
    "ETHIOPIA": (9.0, 38.7),
    "FRANCE": (48.9, 2.4),
    "GERMANY": (52.5, 13.4),
    "INDIA": (28.6, 77.2),
    "INDONESIA": (-6.2, 106.8),
    "IRAN": (35.7, 51.4),
    "IRAQ": (33.3, 44.4),
    "JAPAN": (35.7, 139.7),
    "JORDAN": (31.9, 35.9),
    "KENYA": (-1.3, 36.8),
    "MOROCCO": (34.0, -6.8),
    "MOZAMBIQUE": (-26.0, 32.6),
    "PERU": (-12.0, -77.0),
    "ROMANIA": (44.4, 26.1),
    "RUSSIA": (55.8, 37.6),
    "SAUDI ARABIA": (24.7, 46.7),
    "UNITED KINGDOM": (51.5, -0.1),
    "UNITED STATES": (38.9, -77.0),
    "VIETNAM": (21.0, 105.8),
}
"""Latitude and longitude of each nation's capital."""


def degrees_e6(nation: str) -> tuple[int, int]:
    """Latitude and longitude in millionths."""
    latitude, longitude = CAPITALS[nation]
    return round(latitude * 1_000_000), round(longitude * 1_000_000)

"""What several carriers ask for one parcel.

It knows who answers, and refuses to know who is chosen: that is `orderflow.choosing`.
"""

from __future__ import annotations

from collections.abc import Mapping

import attrs

from orderflow.choosing import Offer
from orderflow.errors import CarrierFailed, Refused
from orderflow.ports import Carrier
from orderflow.records import Parcel


@attrs.frozen
class Offers:
    """What is offered, carrier by carrier, and the carriers that gave no answer or said no."""

    offers: tuple[Offer, ...]
    silent: tuple[str, ...]


def offers_of(carriers: Mapping[str, Carrier], parcel: Parcel) -> Offers:
    """Ask each carrier what it wants for a parcel; one that fails keeps no other from being asked.

    Carriers are named as the rules name them.
    """
    offers: list[Offer] = []
    silent: list[str] = []
    for name in sorted(carriers):
        try:
            offers += [Offer(name, quote) for quote in carriers[name].quote(parcel)]
        except (CarrierFailed, Refused):
            silent.append(name)
    return Offers(tuple(offers), tuple(silent))

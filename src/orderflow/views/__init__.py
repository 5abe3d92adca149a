"""What people read off an order: headline and phase, and what each party may see.

It knows labels, readers and what is for whom, and refuses to know the clock and the screen.
"""

from __future__ import annotations

from orderflow.views.headlines import Headline, headline, quantity_by_state, quantity_by_status
from orderflow.views.news import News, expected_arrival, news_of
from orderflow.views.parties import (
    SPECIAL_HANDLING,
    Dossier,
    KitSeen,
    LineSeen,
    ParcelSeen,
    PartyStatus,
    PlatformView,
    PurchaserView,
    PurchaseSeen,
    SupplierView,
    platform_view,
    purchaser_view,
    supplier_view,
    waybill,
)
from orderflow.views.phases import Phase, phase
from orderflow.views.waits import Turn, WaitSeen

__all__ = [
    "SPECIAL_HANDLING",
    "Dossier",
    "Headline",
    "KitSeen",
    "LineSeen",
    "News",
    "ParcelSeen",
    "PartyStatus",
    "Phase",
    "PlatformView",
    "PurchaseSeen",
    "PurchaserView",
    "SupplierView",
    "Turn",
    "WaitSeen",
    "expected_arrival",
    "headline",
    "news_of",
    "phase",
    "platform_view",
    "purchaser_view",
    "quantity_by_state",
    "quantity_by_status",
    "supplier_view",
    "waybill",
]

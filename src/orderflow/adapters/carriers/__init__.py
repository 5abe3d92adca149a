"""Two carriers: one that does as its script says, and one that asks by weight and zone.

They know labels, scans and rates, and refuse to know orders: what a carrier is told is a parcel.

`desk` keeps bookings by key, `scripted` and `table_rate` are the carriers; `rates` reckons what a
price list asks, and `reading` makes one of rows. `hearing` brings what any carrier tells by numbers
to the parcels that bear them, `asking` has what several carriers want for one, and `booking` is the
wire for labels and scans.
"""

from __future__ import annotations

from orderflow.adapters.carriers.asking import Offers, offers_of
from orderflow.adapters.carriers.booking import Once, book_open, track_all
from orderflow.adapters.carriers.desk import Asked
from orderflow.adapters.carriers.hearing import Heard, hear
from orderflow.adapters.carriers.rates import PriceList, Rate, Surcharge
from orderflow.adapters.carriers.reading import TakenPrices, Zones, price_list, zones
from orderflow.adapters.carriers.scripted import Fault, ScriptedCarrier
from orderflow.adapters.carriers.table_rate import TableRateCarrier

__all__ = [
    "Asked",
    "Fault",
    "Heard",
    "Offers",
    "Once",
    "PriceList",
    "Rate",
    "ScriptedCarrier",
    "Surcharge",
    "TableRateCarrier",
    "TakenPrices",
    "Zones",
    "book_open",
    "hear",
    "offers_of",
    "price_list",
    "track_all",
    "zones",
]

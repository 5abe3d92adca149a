"""A carrier with a price list, such as one's own vans.

It knows a table of rates, and refuses to know addresses: a parcel does not say where it goes, so
the host names its zone, a region or a pair such as `leith>GB`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from orderflow.adapters.carriers.desk import Asked, Desk
from orderflow.adapters.carriers.rates import PriceList, Rate
from orderflow.money import exponent
from orderflow.ports import Label, Quote
from orderflow.records import Parcel, Return
from orderflow.tracking import Scan
from orderflow.values import text


def _not_measured(parcel: Parcel) -> int:
    return 0


class TableRateCarrier:
    """A carrier with a price list, such as one's own vans.

    `zone` says for a parcel in which of the table's regions it falls, and `cm3` how much room it
    takes, where volume costs. Scans are not its business: who drives the van records them.
    """

    def __init__(
        self,
        name: str,
        currency: str,
        prices: PriceList | Sequence[Rate],
        zone: Callable[[Parcel], str],
        cm3: Callable[[Parcel], int] = _not_measured,
    ) -> None:
        self._desk = Desk(name)
        exponent(currency)
        self._currency = currency
        self._zone = zone
        self._cm3 = cm3
        self._prices = prices if isinstance(prices, PriceList) else PriceList(tuple(prices))

    @property
    def running(self) -> tuple[Label, ...]:
        """The labels that are booked and not cancelled."""
        return self._desk.running()

    def quote(self, parcel: Parcel) -> Sequence[Quote]:
        """What each service costs, the cheapest first; nothing where the zone is not served."""
        asked = self._prices.asked(self._zone(parcel), parcel.weight_grams, self._cm3(parcel))
        quotes = [Quote(rate.service, amount, self._currency, rate.days) for rate, amount in asked]
        return tuple(sorted(quotes, key=lambda one: (one.amount, one.days, one.service)))

    def book(self, parcel: Parcel, key: str) -> Label:
        """A label; the same key gives the same label.

        A zone that is not served is refused, and a parcel that is too heavy for each service there.
        """
        label = self._desk.known(parcel, key)
        if label is not None:
            return label
        zone, grams = self._zone(parcel), parcel.weight_grams
        if not self._prices.serves(zone):
            raise self._desk.refusal(
                Asked.BOOK, parcel.ref.id, f"{zone or 'no zone'} is not served"
            )
        if not any(self._prices.asked(zone, grams)):
            raise self._desk.refusal(
                Asked.BOOK, parcel.ref.id, f"nothing of {grams} g is taken to {zone}"
            )
        return self._desk.book(parcel, key)

    def book_return(self, returned: Return, key: str) -> Label:
        """A label for goods that come back: the same key gives the same label.

        A return has no weight and no zone, so nothing of the price list is asked.
        """
        return self._desk.book(returned, key)

    def cancel(self, label: Label, key: str) -> None:
        """Take a booking back; again is no error."""
        self._desk.cancel(label, key)

    def track(self, number: str) -> Sequence[Scan]:
        """Nothing: it has no scans of its own."""
        text(number, "number")
        return ()

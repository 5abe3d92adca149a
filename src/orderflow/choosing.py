"""Which carrier takes a parcel: by price, days, zone, weight, cash on delivery, and by wish.

It knows offers and rules as plain values, and refuses to know who made the offers and how.

Problem: "the system has chosen" helps nobody who asks why a parcel went the dear way.
Decision: each offer either may be taken, or is left out for a reason that is told with all others.
Among those that may, the cheapest wins or the fastest, and ties end in names. What a customer has
chosen leaves out everybody else; where it cannot be kept nothing is chosen, and a person decides.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.fulfilment import WEIGHT_GRAMS_MAX
from orderflow.ports import Quote
from orderflow.values import MINOR_MAX, several, text, whole

DAYS_MAX: Final = 3_660


class Prefer(StrEnum):
    """What is wanted of those that may be taken."""

    CHEAPEST = "cheapest"
    FASTEST = "fastest"


class LeftOutFor(StrEnum):
    """Why an offer may not be taken."""

    NOT_CHOSEN = "the customer has chosen another"
    NO_RULE = "no rule is for this carrier"
    ZONE = "it is not sent to this zone"
    TOO_HEAVY = "it takes no parcel so heavy"
    NO_CASH = "it collects no cash"
    TOO_DEAR = "it costs too much"
    TOO_SLOW = "it takes too many days"


@attrs.frozen
class Offer:
    """What one carrier asks for a parcel."""

    carrier: str
    quote: Quote

    def __attrs_post_init__(self) -> None:
        text(self.carrier, "offer.carrier")
        if not isinstance(self.quote, Quote):
            raise BadInput("offer.quote", "a Quote is wanted")


@attrs.frozen
class CarrierRule:
    """What a carrier is used for; `own` vans are a carrier like any other.

    `zones` it is sent to, all where none is named; the most that a parcel may weigh, cost (in minor
    units) or take in days, and whether it collects cash.
    """

    carrier: str
    zones: tuple[str, ...] = ()
    weight_grams_max: int | None = None
    amount_max: int | None = None
    days_max: int | None = None
    collects_cash: bool = False

    def __attrs_post_init__(self) -> None:
        text(self.carrier, "rule.carrier")
        if self.zones != ():
            several(self.zones, "rule.zones")
        for name, most in (
            ("weight_grams_max", WEIGHT_GRAMS_MAX),
            ("amount_max", MINOR_MAX),
            ("days_max", DAYS_MAX),
        ):
            limit = getattr(self, name)
            if limit is not None:
                whole(limit, f"rule.{name}", least=0, most=most)
        if type(self.collects_cash) is not bool:
            raise BadInput("rule.collects_cash", "True or False is wanted")


@attrs.frozen
class Errand:
    """What is to be carried: where to, how heavy, and what was agreed with the customer.

    `carrier` and `service` are what the customer has chosen, `days_max` what he was promised; the
    empty string and `None` leave it open.
    """

    zone: str = ""
    weight_grams: int = 0
    cash: bool = False
    carrier: str = ""
    service: str = ""
    days_max: int | None = None

    def __attrs_post_init__(self) -> None:
        text(self.zone, "errand.zone", empty=True)
        whole(self.weight_grams, "errand.weight_grams", least=0, most=WEIGHT_GRAMS_MAX)
        if type(self.cash) is not bool:
            raise BadInput("errand.cash", "True or False is wanted")
        text(self.carrier, "errand.carrier", empty=True)
        text(self.service, "errand.service", empty=True)
        if self.days_max is not None:
            whole(self.days_max, "errand.days_max", least=0, most=DAYS_MAX)


@attrs.frozen
class LeftOut:
    """An offer that may not be taken, and every reason why."""

    offer: Offer
    reasons: tuple[LeftOutFor, ...]


@attrs.frozen
class Choice:
    """The offer that is taken, those that could be as well, and those that are left out.

    `offer` is `None` where none may be taken. `others` are in the order of the preference.
    """

    offer: Offer | None
    others: tuple[Offer, ...]
    left_out: tuple[LeftOut, ...]


def choose(
    errand: Errand,
    offers: Sequence[Offer],
    rules: Sequence[CarrierRule],
    prefer: Prefer = Prefer.CHEAPEST,
) -> Choice:
    """Choose a carrier for a parcel, with a reason for each that is left out.

    Offers in several currencies cannot be compared, and are refused.

    >>> van = Offer("own van", Quote("day", 700, "EUR", 1))
    >>> post = Offer("post", Quote("parcel", 450, "EUR", 3))
    >>> rules = (CarrierRule("own van", zones=("leith",)), CarrierRule("post"))
    >>> choose(Errand("leith"), (van, post), rules, Prefer.FASTEST).offer.carrier
    'own van'
    >>> choose(Errand("york"), (van, post), rules, Prefer.FASTEST).left_out[0].reasons[0].value
    'it is not sent to this zone'
    """
    if len({offer.quote.currency for offer in offers}) > 1:
        raise BadInput("offers", "offers in one currency are wanted")
    by_carrier = {rule.carrier: rule for rule in rules}
    if len(by_carrier) < len(rules):
        raise BadInput("rules", "one rule for each carrier is wanted")
    found: list[Offer] = []
    left_out: list[LeftOut] = []
    for offer in offers:
        reasons = _against(offer, errand, by_carrier.get(offer.carrier))
        if reasons:
            left_out.append(LeftOut(offer, reasons))
        else:
            found.append(offer)
    found.sort(key=_ORDER[Prefer(prefer)])
    return Choice(found[0] if found else None, tuple(found[1:]), tuple(left_out))


def _against(offer: Offer, errand: Errand, rule: CarrierRule | None) -> tuple[LeftOutFor, ...]:
    """Every reason against an offer."""
    quote = offer.quote
    named = errand.carrier in ("", offer.carrier) and errand.service in ("", quote.service)
    if rule is None:
        rule = CarrierRule(offer.carrier, collects_cash=True)
        unknown = True
    else:
        unknown = False
    said = (
        (not named, LeftOutFor.NOT_CHOSEN),
        (unknown, LeftOutFor.NO_RULE),
        (bool(rule.zones) and errand.zone not in rule.zones, LeftOutFor.ZONE),
        (_beyond(errand.weight_grams, rule.weight_grams_max), LeftOutFor.TOO_HEAVY),
        (errand.cash and not rule.collects_cash, LeftOutFor.NO_CASH),
        (_beyond(quote.amount, rule.amount_max), LeftOutFor.TOO_DEAR),
        (
            _beyond(quote.days, rule.days_max) or _beyond(quote.days, errand.days_max),
            LeftOutFor.TOO_SLOW,
        ),
    )
    return tuple([reason for true, reason in said if true])


def _beyond(n: int, limit: int | None) -> bool:
    return limit is not None and n > limit


_Key = tuple[int, int, str, str]


def _by_price(offer: Offer) -> _Key:
    return (offer.quote.amount, offer.quote.days, offer.carrier, offer.quote.service)


def _by_days(offer: Offer) -> _Key:
    return (offer.quote.days, offer.quote.amount, offer.carrier, offer.quote.service)


_ORDER: Final[dict[Prefer, Callable[[Offer], _Key]]] = {
    Prefer.CHEAPEST: _by_price,
    Prefer.FASTEST: _by_days,
}

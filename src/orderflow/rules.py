"""What a host decides: its locations, its policy of allocation, its windows and defaults.

It knows the decisions as one frozen value, and refuses to know what follows from them.

There is no global configuration: a `Rules` value is handed to a workflow, every verb sees it in its
context, and its fingerprint stands in each journal entry, so that a question that is run again
under other rules is known for what it is: a trial.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Final, Protocol

import attrs

from orderflow.aftercare import Aftercare, care_of, checked_aftercare
from orderflow.cash import CashRounding, CashRule
from orderflow.compensations import Compensable, checked_compensables
from orderflow.conditions import Condition, Verdict
from orderflow.errors import BadInput
from orderflow.paid_back import Refunding
from orderflow.patience import Patience
from orderflow.process import Process
from orderflow.reasons import Reason, check_window, checked_reasons, named
from orderflow.records import Counter, Lot
from orderflow.taxes import Taxing
from orderflow.tender_order import PayingBack
from orderflow.tenders import PaymentMethod
from orderflow.values import MINOR_MAX, several, text, unique, whole

if TYPE_CHECKING:
    from orderflow.packing import Packing
    from orderflow.sending import Sending
    from orderflow.shipping import Shipping
    from orderflow.sourcing.pipeline import Sourced
    from orderflow.sourcing.values import Problem
    from orderflow.windows import Window

_PLAIN_PATIENCE: Final = Patience()
PRIORITY_MAX: Final = 999_999
UNLISTED: Final = PRIORITY_MAX + 1
"""The rank of a warehouse that the rules do not name: after all others."""


@attrs.frozen
class Location:
    """A warehouse: its id, its rank (lower first), and where it lies in millionths.

    `ships` is the time between goods that stand there and goods at the customer: what is promised
    reckons with it. `handling` is what each of its parcels costs besides the freight, in minor
    units; `tags` say what it is ("store", "supplier", "closed", "pickup only", and the host's own)
    to the filters of a policy.
    """

    id: str
    priority: int = 0
    region: str = ""
    latitude_e6: int | None = None
    longitude_e6: int | None = None
    # These have a place of their own in the fingerprint, which has always been without them.
    ships: Shipping | None = attrs.field(default=None, repr=False)
    handling: int = attrs.field(default=0, repr=False)
    tags: tuple[str, ...] = attrs.field(default=(), repr=False)


class Policy(Protocol):
    """Decides which location ships what: plain values in, a plan out, no clock and no chance.

    Those that are shipped stand in `orderflow.sourcing.policies`; a `Pipeline` or a `Cascade` of
    one's own stages is one too.
    """

    @property
    def name(self) -> str:
        """Its name in the fingerprint of the rules; another behaviour needs another name."""
        ...

    def __call__(self, problem: Problem) -> Sourced:
        """Decide for a problem: never more than there is or was asked for."""
        ...


class ReserveWhen(StrEnum):
    """When the goods of an order are claimed for it."""

    BY_HAND = "by hand"  # a clerk, or the host, asks
    PLACED = "placed"
    PAID = "paid"


@attrs.frozen
class PickRule:
    """In which order goods of a SKU are used up: those with the least key first.

    `key` sees a counter and its lot, `None` where goods have none, and must compare with each other
    key. Rules of equal names are equal.
    """

    name: str
    key: Callable[[Counter, Lot | None], tuple[timedelta, ...]] = attrs.field(repr=False, eq=False)


_LATEST: Final = datetime.max.replace(tzinfo=UTC)
_EARLIEST: Final = datetime.min.replace(tzinfo=UTC)


def _by_expiry(counter: Counter, lot: Lot | None) -> tuple[timedelta, ...]:
    del counter
    expires_at = None if lot is None else lot.expires_at
    return ((expires_at or _LATEST) - _EARLIEST,)


def _by_age(counter: Counter, lot: Lot | None) -> tuple[timedelta, ...]:
    del counter
    return ((_LATEST if lot is None else lot.received_at) - _EARLIEST,)


def _by_youth(counter: Counter, lot: Lot | None) -> tuple[timedelta, ...]:
    del counter
    return (_LATEST - (_EARLIEST if lot is None else lot.received_at),)


FIRST_EXPIRED: Final = PickRule("first expired", _by_expiry)
"""What expires first is used up first."""
FIRST_IN: Final = PickRule("first in", _by_age)
"""What was received first is used up first."""
LAST_IN: Final = PickRule("last in", _by_youth)
"""What was received last is used up first."""

PICK_RULES: Final = {rule.name: rule for rule in (FIRST_EXPIRED, FIRST_IN, LAST_IN)}
"""The shipped pick rules by name; goods without a lot, or without expiry, come last in each."""


WINDOW_DAYS_MAX: Final = 36_525
"""The longest return window, a hundred years: beyond it the calendar may end."""

DEFAULT_POLICY: Final = "fewest shipments"
"""The name of the policy that decides where none is named; it stands in `sourcing.policies`."""

_FIRST: Final = (
    "locations",
    "policy",
    "confirm_when_paid",
    "split",
    "return_window_days",
    "approve_returns",
    "tries_max",
)
"""The decisions that have always stood in the fingerprint, whatever they are."""

_APART: Final = (*_FIRST, "process", "taxing")
"""These, and those that write a fingerprint of their own."""


def _checked(locations: object) -> tuple[Location, ...]:
    if not isinstance(locations, tuple):
        raise BadInput("locations", "a tuple of Location is wanted")
    for i, one in enumerate(locations):
        if not isinstance(one, Location):
            raise BadInput(f"locations[{i}]", "a Location is wanted")
        if "/" in one.id:
            raise BadInput(f"locations[{i}].id", "a warehouse is wanted, no place in one")
        if one.ships is not None:
            _check_shipping(one.ships, f"locations[{i}].ships")
        _check_location(one, f"locations[{i}]")
    return locations


def _check_location(one: Location, path: str) -> None:
    whole(one.priority, f"{path}.priority", least=-PRIORITY_MAX, most=PRIORITY_MAX)
    whole(one.handling, f"{path}.handling", least=0, most=MINOR_MAX)
    if one.tags != ():
        several(one.tags, f"{path}.tags")
    text(one.region, f"{path}.region", empty=True)
    for name, most in (("latitude_e6", 90_000_000), ("longitude_e6", 180_000_000)):
        degrees = getattr(one, name)
        if degrees is not None:
            whole(degrees, f"{path}.{name}", least=-most, most=most)
    if (one.latitude_e6 is None) != (one.longitude_e6 is None):
        raise BadInput(path, "latitude and longitude go together")


def _check_capacity(capacity: object) -> None:
    if not isinstance(capacity, tuple):
        raise BadInput("capacity", "a tuple of pairs of location and units is wanted")
    for i, pair in enumerate(capacity):
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise BadInput(f"capacity[{i}]", "a pair of location and units is wanted")
        if "/" in text(pair[0], f"capacity[{i}].location"):
            raise BadInput(f"capacity[{i}].location", "a warehouse is wanted, no place in one")
        whole(pair[1], f"capacity[{i}].units")
    unique((location for location, _ in capacity), "capacity")


def _check_days(days: object) -> None:
    if not isinstance(days, tuple):
        raise BadInput("remind_days", "a tuple of days is wanted")
    for i, one in enumerate(days):
        whole(one, f"remind_days[{i}]", most=WINDOW_DAYS_MAX)


def _check_methods(methods: object) -> None:
    if not isinstance(methods, tuple) or any(not isinstance(one, PaymentMethod) for one in methods):
        raise BadInput("methods", "a tuple of PaymentMethod is wanted")
    unique((one.name for one in methods), "methods")


def _check_conditions(conditions: object) -> None:
    if not isinstance(conditions, tuple) or any(type(one) is not Condition for one in conditions):
        raise BadInput("conditions", "a tuple of Condition is wanted")
    unique((*Verdict, *(one.code for one in conditions)), "conditions")


def _check_shipping(ships: object, path: str) -> None:
    from orderflow.shipping import Shipping  # here, so that the library is imported without zones

    if not isinstance(ships, Shipping):
        raise BadInput(path, "a Shipping is wanted")


def _check_cash_rounding(roundings: object) -> None:
    if not isinstance(roundings, tuple):
        raise BadInput("cash_rounding", "a tuple of CashRounding is wanted")
    for i, one in enumerate(roundings):
        if not isinstance(one, CashRounding):
            raise BadInput(f"cash_rounding[{i}]", "a CashRounding is wanted")
    unique((one.currency for one in roundings), "cash_rounding")


def _check_sending(sending: object) -> None:
    from orderflow.sending import Sending  # here, so that rules alone do not load the search

    if not isinstance(sending, Sending):
        raise BadInput("sending", "a Sending is wanted")


def _check_packing(packing: object) -> None:
    from orderflow.packing import Packing  # here, so that rules alone do not load the search

    if not isinstance(packing, Packing):
        raise BadInput("packing", "a Packing is wanted")


def _check_policy(policy: object) -> None:
    if not callable(policy):
        raise BadInput("policy", "one of orderflow.sourcing.policies, or one's own, is wanted")
    text(getattr(policy, "name", None), "policy.name")


@attrs.frozen
class Rules:
    """A host's decisions.

    `confirm_when_paid` confirms an order by itself once it is paid (or at once when it is cash on
    delivery); without it, a person confirms.
    `split` allows an order to be allocated in part, the rest being backordered; without it, an
    order that cannot be filled whole is refused.
    `return_window_days` counts days of 24 hours from the delivery of the parcel; a `return_window`
    takes its place, in days of the customer's calendar, and a reason may have one of its own.
    `approve_returns` approves a return that is inside its window by itself.
    `receipt_days` after its last delivery an order counts as received, though nobody has confirmed
    it; with 0 a delivery is a receipt.
    `replace_before_return` lets the new goods of an exchange go out before the old ones are back.
    `pick_rule` says which lot is used up first, and `life_days` how long a lot must be good for
    when it is allocated. `sells_for` names the owners of consigned goods that any order may get.
    `reserve_when` an order is placed, or paid, its goods are claimed in the same step: out of what
    is there, else out of supply that is to come; what finds neither waits as a backorder, or
    refuses the order without `split`. By hand, somebody asks for them.
    `capacity` has (warehouse, units) pairs: how many units may leave it on one day, by its own
    clocks where it `ships`, else in UTC. Each unit counts once, for the day that is promised, or
    the first with room where it is reserved or allocated by itself.
    `policy` decides which location ships what; without one, `FEWEST_SHIPMENTS` does: the fewest
    that are in time, by the exact search. `sending` is what it reckons with: freight, weights, and
    what may be parted.
    `taxing` says which taxes an order and its invoices have, and how they are rounded.
    `price_protection_days` after its placing a price of an order may still be protected: what its
    goods cost less since then is owed back.
    `methods` are the ways to pay that are offered, and say which take nothing back; payments may be
    made in others, too.
    `cash_on_delivery` says who may pay at the door; without it, anybody. `cash_rounding` says to
    which coin such an order is rounded, currency by currency; what is rounded off the seller bears.
    `paying_back` says which tender of an order gets money back first, and how cash of a door does;
    without it they do as they were applied, and cash as whoever pays it back finds right.
    `compensable` are the reasons for which a customer may be paid beyond what his order costs, each
    with its limit; for no other anything is.
    `remind_days` are how many days before a limit a customer is reminded of it, once for each.
    `patience` says how long returns, exchanges and reissues wait for whoever must act; without it,
    for ever. What waits already keeps the limit that it began with.
    `silent_days` without news of a parcel on the road, or when the day is over that it was promised
    for, `due` lists it, so that its carrier is asked; with 0 it never does.
    `conditions` are what goods may be like that come back, by the host's own names, and what
    becomes of them; beside the verdicts, which every host has.
    `reasons` are those for which customers may ask for something after a sale, each with the ways
    that it leads; without any, every word is a reason and leads wherever somebody agrees to.
    `whole_kits` come back whole only; with `gifts_back` a gift comes back with the last of what has
    earned it.
    `refunding` says what goes back for goods that come back beside what they carried, and what is
    kept of it; without it, nothing is.
    `packing` says what a parcel may hold and weigh, and what it needs before it leaves; without it,
    anything goes. With `first_scan_ships` a packed parcel is handed over by the first scan of the
    carrier that has booked its label; without it, such a scan is a question for a person.
    `aftercare` is what customers have after a sale: whom they turn to, and what those of a tier
    have besides.
    `process` has the host's own charts.
    `tries_max` bounds how often a command meets other writers before it gives up.
    """

    locations: tuple[Location, ...] = attrs.field(default=(), converter=_checked)
    policy: Policy | None = None  # fewest shipments, unless said
    confirm_when_paid: bool = True
    split: bool = True
    return_window_days: int = 14
    approve_returns: bool = True
    tries_max: int = 8
    receipt_days: int = 0
    replace_before_return: bool = False
    pick_rule: PickRule = FIRST_EXPIRED
    life_days: int = 0
    sells_for: tuple[str, ...] = ()
    reserve_when: ReserveWhen = ReserveWhen.BY_HAND
    capacity: tuple[tuple[str, int], ...] = ()
    sending: Sending | None = None
    taxing: Taxing | None = attrs.field(default=None, repr=False)
    price_protection_days: int = 0
    methods: tuple[PaymentMethod, ...] = ()
    cash_on_delivery: CashRule | None = None
    cash_rounding: tuple[CashRounding, ...] = ()
    remind_days: tuple[int, ...] = ()
    patience: Patience | None = None
    silent_days: int = 0
    conditions: tuple[Condition, ...] = ()
    whole_kits: bool = False
    gifts_back: bool = False
    reasons: tuple[Reason, ...] = ()
    return_window: Window | None = None
    refunding: Refunding | None = None
    process: Process = attrs.field(default=Process(), repr=False)
    paying_back: PayingBack | None = None
    compensable: tuple[Compensable, ...] = attrs.field(default=(), converter=checked_compensables)
    packing: Packing | None = None
    first_scan_ships: bool = False
    aftercare: tuple[Aftercare, ...] = attrs.field(default=(), converter=checked_aftercare)

    def __attrs_post_init__(self) -> None:
        whole(self.return_window_days, "return_window_days", least=0, most=WINDOW_DAYS_MAX)
        whole(self.tries_max, "tries_max", most=1_000)
        whole(self.receipt_days, "receipt_days", least=0, most=WINDOW_DAYS_MAX)
        if not isinstance(self.pick_rule, PickRule):
            raise BadInput("pick_rule", "a PickRule is wanted")
        text(self.pick_rule.name, "pick_rule.name")
        whole(self.life_days, "life_days", least=0, most=WINDOW_DAYS_MAX)
        days = self.price_protection_days
        whole(days, "price_protection_days", least=0, most=WINDOW_DAYS_MAX)
        if self.sells_for != ():
            several(self.sells_for, "sells_for")
        if type(self.reserve_when) is not ReserveWhen:
            raise BadInput("reserve_when", f"one of {', '.join(ReserveWhen)} is wanted")
        _check_capacity(self.capacity)
        _check_methods(self.methods)
        _check_days(self.remind_days)
        if self.policy is not None:
            _check_policy(self.policy)
        if self.sending is not None:
            _check_sending(self.sending)
        if self.packing is not None:
            _check_packing(self.packing)
        if type(self.first_scan_ships) is not bool:
            raise BadInput("first_scan_ships", "true or false is wanted")
        if self.taxing is not None and not isinstance(self.taxing, Taxing):
            raise BadInput("taxing", "a Taxing is wanted")
        if self.cash_on_delivery is not None and not isinstance(self.cash_on_delivery, CashRule):
            raise BadInput("cash_on_delivery", "a CashRule is wanted")
        _check_cash_rounding(self.cash_rounding)
        whole(self.silent_days, "silent_days", least=0, most=WINDOW_DAYS_MAX)
        if self.patience is not None and not isinstance(self.patience, Patience):
            raise BadInput("patience", "a Patience is wanted")
        _check_conditions(self.conditions)
        checked_reasons(self.reasons)
        if self.return_window is not None:
            check_window(self.return_window, "return_window")
        if self.refunding is not None and not isinstance(self.refunding, Refunding):
            raise BadInput("refunding", "a Refunding is wanted")
        if not isinstance(self.process, Process):
            raise BadInput("process", "a Process is wanted")
        if self.paying_back is not None and not isinstance(self.paying_back, PayingBack):
            raise BadInput("paying_back", "a PayingBack is wanted")

    def method(self, name: str) -> PaymentMethod | None:
        """The way to pay of that name, where it is one of those that are offered."""
        return next((one for one in self.methods if one.name == name), None)

    def condition(self, code: str) -> Condition | None:
        """The condition of that code, where it is one of the host's."""
        return next((one for one in self.conditions if one.code == code), None)

    def reason(self, code: str) -> Reason | None:
        """The reason of that code, where it is one of those that are named."""
        return named(self.reasons, code)

    def desk(self, tier: str) -> str:
        """Whom orders of a tier turn to after their sale; empty where nobody is named."""
        return next((one.desk for one in care_of(self.aftercare, tier) if one.desk), "")

    def approves(self, tier: str) -> bool:
        """Whether returns of orders of a tier are approved by themselves."""
        own = [one.approve_returns for one in care_of(self.aftercare, tier)]
        return self.approve_returns or any(own)

    @property
    def fingerprint(self) -> str:
        """These rules as text: equal exactly when the decisions are.

        Journals keep it, so the text of earlier decisions never changes: what a later version lets
        a host decide counts only where it was decided.
        The policy stands there by its name, also where it is the default: a default that decided
        otherwise would have another name, and what was decided under it is a trial for this one.
        """
        decided = attrs.asdict(self, recurse=False) | {"policy": None}
        first = ", ".join(f"{name}={decided[name]!r}" for name in _FIRST)
        later = "".join(
            f"; {field.name}={decided[field.name]!r}"
            for field in attrs.fields(Rules)
            if field.name not in _APART and decided[field.name] != field.default
        )
        ships = tuple([(one.id, one.ships) for one in self.locations if one.ships is not None])
        if ships:
            later += f"; ships={ships!r}"
        more = tuple([(one.id, one.handling, tuple(sorted(one.tags))) for one in self.locations])
        if any(handling or tags for _, handling, tags in more):  # no locations: none has any
            later += f"; places={more!r}"
        for name in ("keep_days", "resend_days", "repair_days", "claim_days"):
            days = None if self.patience is None else getattr(self.patience, name)
            if days is not None and days != getattr(_PLAIN_PATIENCE, name):
                later += f"; {name}={days}"
        if self.taxing is not None:
            later += f"; taxing=({self.taxing.fingerprint})"
        policy = DEFAULT_POLICY if self.policy is None else self.policy.name
        return f"Rules({first}){policy}{later}{self.process.fingerprint}"

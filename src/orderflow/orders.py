"""The verbs of an order as a whole: draft, place, confirm, adjust, hold, cancel, expire.

It knows what an order must have and when it may be given up, and refuses to know stock and parcels.
Its review is in `reviewing`, its good end in `closing`.

An order is opened with all that is agreed: what, how much, at which price, with which discounts and
taxes, for whom, through which channel.
The amounts are fixed there, by one rounding a line, and never computed again: what changes later is
a charge of its own.

One file, though long: what is agreed, and the verbs that take it, are read together.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

import attrs

from orderflow.calls import Ref
from orderflow.claiming import Claiming, keep_again
from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal
from orderflow.facts import Charged, CutMade
from orderflow.holding import checked_blocks, set_hold
from orderflow.inventory import take_over
from orderflow.journal import Case, Context, Step, verb
from orderflow.kits import Component, check_components, exploded, kit_spans, lines_named, part_id
from orderflow.money import Price, exponent
from orderflow.payments import confirm_if_ready
from orderflow.pricing import charge_kept, due, give_up, order_facts, spread_charge, worth
from orderflow.promising.reserving import reserve_placed
from orderflow.records import (
    PLAIN,
    Charge,
    ChargeKind,
    Destination,
    Kit,
    Line,
    Order,
    Slice,
    Span,
    Spot,
)
from orderflow.sent_again import count_again
from orderflow.states import (
    ONWARD,
    ORDER,
    UNIT,
    OrderMove,
    OrderState,
    UnitMove,
    UnitState,
)
from orderflow.units import (
    UNCLAIMED,
    Chosen,
    LineQuantities,
    Tag,
    can_do,
    can_inspect,
    checked_quantities,
    refuse_sent_again,
    unit_of,
)
from orderflow.values import MINOR_MAX, Sku, instant, text, unique, whole

LINES_MAX: Final = 10_000

CANCELLABLE: Final = (
    UnitState.OPEN,
    UnitState.BACKORDERED,
    UnitState.TO_BUY,
    UnitState.TO_MAKE,
    UnitState.RESERVED,
    UnitState.ALLOCATED,
    UnitState.LOST,
    UnitState.MISSING,
    UnitState.RECEIVED_BACK,
)
"""Least advanced first: a part cancel takes what costs least to give up."""


@attrs.frozen
class NewLine:
    """A line to be ordered: `n` smallest units of a SKU at a price.

    `promised` is the date that was agreed for it; a `serial` is of the only unit of its line, and
    others are scanned (`scan_serials`) when the warehouse has them. A `service` is redeemed instead
    of shipped, until its promised date where it has one.
    With `components` the SKU is a kit: each of these becomes a line of its own, `1.1` and `1.2` of
    the kit on line 1, and carries its part of the price.
    """

    id: str
    sku: Sku
    n: int
    price: Price
    serial: str = ""
    promised: datetime | None = None
    service: bool = False
    components: tuple[Component, ...] = ()

    def __attrs_post_init__(self) -> None:
        text(self.id, "line.id")
        path = f"line {self.id}"
        if not isinstance(self.sku, Sku):
            raise BadInput(f"{path}.sku", "a Sku is wanted")
        whole(self.n, f"{path}.n")
        if not isinstance(self.price, Price):
            raise BadInput(f"{path}.price", "a Price is wanted")
        if text(self.serial, f"{path}.serial", empty=True) and self.n != 1:
            raise BadInput(f"{path}.serial", "names one unit: the line must be of one")
        if self.promised is not None:
            object.__setattr__(self, "promised", instant(self.promised, f"{path}.promised"))
        if type(self.service) is not bool:
            raise BadInput(f"{path}.service", "true or false is wanted")
        check_components(self.sku, self.n, self.price, self.components, self.id)
        if self.components and (self.serial or self.service):
            raise BadInput(f"{path}.components", "a kit has no serial and is no service")

    @property
    def opened(self) -> tuple[str, ...]:
        """The ids of the lines that it becomes: its own, or those of its parts."""
        if not self.components:
            return (self.id,)
        return tuple([part_id(self.id, i) for i in range(len(self.components))])


@attrs.frozen
class NewCharge:
    """A discount, tax, freight or fee to be agreed, in minor units; a discount is below zero.

    A discount or tax is shared over `lines` (all, when empty) by what they carry; freight and fees
    belong to the order as a whole. `bearer` pays for a discount: empty is the seller.
    """

    kind: ChargeKind
    amount: int
    lines: tuple[str, ...] = ()
    bearer: str = ""
    reason: str = ""

    def __attrs_post_init__(self) -> None:
        if type(self.kind) is not ChargeKind or self.kind is ChargeKind.GOODS:
            raise BadInput("charge.kind", "one of discount, tax, freight, fee is wanted")
        least, most = (-MINOR_MAX, 0) if self.kind is ChargeKind.DISCOUNT else (0, MINOR_MAX)
        whole(self.amount, "charge.amount", least=least, most=most)
        if not isinstance(self.lines, tuple):
            raise BadInput("charge.lines", "a tuple of lines is wanted")
        for line in self.lines:
            text(line, "charge.lines")
        unique(self.lines, "charge.lines")
        text(self.bearer, "charge.bearer", empty=True)
        text(self.reason, "charge.reason", empty=True)


@attrs.frozen
class NewOrder:
    """All that is agreed when an order is placed.

    `customer` is a person's reference; `number` is the channel's own and unique there; `pay_by` is
    when an unpaid order falls due to expire; a lower `priority` is more urgent.
    """

    customer: str
    currency: str
    lines: tuple[NewLine, ...]
    charges: tuple[NewCharge, ...] = ()
    seller: str = ""
    channel: str = ""
    shop: str = ""
    number: str = ""
    cash_on_delivery: bool = False
    priority: int = 0
    pay_by: datetime | None = None
    destination: Destination = Destination()

    def __attrs_post_init__(self) -> None:
        text(self.customer, "customer")
        exponent(self.currency)
        for name in ("seller", "channel", "shop", "number"):
            text(getattr(self, name), name, empty=True)
        if type(self.cash_on_delivery) is not bool:
            raise BadInput("cash_on_delivery", "true or false is wanted")
        whole(self.priority, "priority", least=0, most=1_000_000)
        if self.pay_by is not None:
            object.__setattr__(self, "pay_by", instant(self.pay_by, "pay_by"))
        checked_tuple(self.lines, NewLine, "lines")
        checked_tuple(self.charges, NewCharge, "charges")
        unique((line.id for line in self.lines), "lines")
        _check_kits(self.lines)
        for line in self.lines:
            if line.price.currency != self.currency:
                raise BadInput(
                    f"line {line.id}.price", f"is in {line.price.currency}, not {self.currency}"
                )
        known = {line.id for line in self.lines}
        for charge in self.charges:
            for name in charge.lines:
                if name not in known:
                    raise BadInput("charge.lines", f"there is no line {name}")
        _checked_destination(self.destination)


def _check_kits(lines: tuple[NewLine, ...]) -> None:
    """A kit's parts are lines beside the others, and none of them is a kit."""
    kits = [line for line in lines if line.components]
    if not kits:
        return
    opened = [id for line in lines for id in line.opened]
    if len(opened) > LINES_MAX:
        raise BadInput("lines", f"with the parts of kits there are more than {LINES_MAX}")
    unique((*opened, *(kit.id for kit in kits)), "lines")
    made = {kit.sku.code for kit in kits}
    for kit in kits:
        for i, one in enumerate(kit.components):
            if one.sku.code in made:
                path = f"line {kit.id}.components[{i}]"
                raise BadInput(path, f"{one.sku.code} is a kit itself")


def checked_tuple(values: object, wanted: type, path: str) -> None:
    """`values` must be a tuple of at most `LINES_MAX` of one type; `BadInput` with the path."""
    if not isinstance(values, tuple) or len(values) > LINES_MAX:
        raise BadInput(path, f"a tuple of at most {LINES_MAX} is wanted")
    for i, value in enumerate(values):
        if not isinstance(value, wanted):
            raise BadInput(f"{path}[{i}]", f"a {wanted.__name__} is wanted")


def _checked_destination(destination: object) -> None:
    if not isinstance(destination, Destination):
        raise BadInput("destination", "a Destination is wanted")
    text(destination.address, "destination.address", empty=True)
    text(destination.region, "destination.region", empty=True)
    for name, most in (("latitude_e6", 90_000_000), ("longitude_e6", 180_000_000)):
        degrees = getattr(destination, name)
        if degrees is not None:
            whole(degrees, f"destination.{name}", least=-most, most=most)
    if (destination.latitude_e6 is None) != (destination.longitude_e6 is None):
        raise BadInput("destination", "latitude and longitude go together")


@verb("draft", Order)
def draft(case: Case, context: Context, new: NewOrder) -> Step:
    """Write an order down without placing it."""
    step = Step(case, context)
    _open(step, new)
    return step


@verb("place", Order)
def place(
    case: Case, context: Context, new: NewOrder | None = None, stock_holds: tuple[str, ...] = ()
) -> Step:
    """Place an order: a draft, or a new one. Its amounts are fixed from here on.

    Named stock holds become its reservation, with no gap between; each must still run.
    Its other goods are claimed in the same step, and cash on delivery orders are confirmed at once,
    where the rules say so.
    """
    step = Step(case, context)
    if new is not None:
        _open(step, new)
    order = step.now(case.own(Order))
    step.advance(ORDER, order.ref, OrderMove.PLACE, order_facts(order))
    claiming = Claiming(step, order)
    take_over(step, claiming, order.ref, stock_holds)
    reserve_placed(step, claiming, order.ref)
    confirm_if_ready(step, order.ref)
    return step


@verb("confirm", Order)
def confirm(case: Case, context: Context) -> Step:
    """Confirm that the order is valid and will be carried out."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    step.advance(ORDER, order.ref, OrderMove.CONFIRM, order_facts(order))
    return step


@verb("hold", Order)
def hold(
    case: Case, context: Context, code: str, reason: str, blocks: tuple[str, ...] = ONWARD
) -> Step:
    """Put a named hold on an order: it goes no further until the hold is lifted.

    `blocks` names the moves that it blocks, of the order or of its units: exactly those, a cancel
    too, and with none of them it is a mark that blocks nothing. `onward` stands for whatever brings
    the order further, which a cancel does not.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    set_hold(step, order.ref, code, reason, checked_blocks(step, blocks, ORDER, UNIT))
    return step


@verb("lift_hold", Order)
def lift_hold(case: Case, context: Context, code: str) -> Step:
    """Lift a named hold."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    step.lift(order.ref, text(code, "code"))
    return step


@verb("adjust", Order)
def adjust(case: Case, context: Context, charge: NewCharge) -> Step:
    """Change what an order costs: goodwill as a discount, or a fee, freight or tax more.

    A discount or tax is shared over the units that are kept, by what each carries, so a later
    return gives back what its units carry then; it never takes a line below zero.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    if not isinstance(charge, NewCharge):
        raise BadInput("charge", "a NewCharge is wanted")
    if order.state is OrderState.ARCHIVED:
        raise IllegalMove(str(order.ref), order.state.value, "adjust", ())
    names = lines_named(order, charge.lines)
    refusals = [
        Refusal.of("no_such_line", order=order.ref.id, line=name)
        for name in names
        if order.line(name) is None
    ]
    if refusals:
        raise MoveRefused(tuple(refusals))
    number = sum(one.kind is charge.kind for one in order.charges) + 1
    id = f"{charge.kind.value}-later-{number}"
    made = charge_kept(id, charge.kind, charge.amount, order, names)
    step.add(Charged(order.ref, attrs.evolve(made, bearer=charge.bearer, reason=charge.reason)))
    return step


@verb("cancel", Order)
def cancel(case: Case, context: Context, lines: LineQuantities = (), reason: str = "") -> Step:
    """Cancel units of some lines, or the whole order; what was paid for them is owed back.

    The whole order can be cancelled while no unit is with the warehouse or beyond; from its release
    on, a cancel is a request to the warehouse. What came back undelivered goes on the shelf again;
    what came back in a return is inspected.
    """
    step = Step(case, context)
    order = step.now(case.own(Order))
    wanted = checked_quantities(lines)
    to_inspect = _returns_to_inspect(order)
    if not wanted:
        _check_all_can_go(step, order, to_inspect)
    if wanted or order.lines:  # one without lines has nothing to give up, and ends all the same
        cancel_units(
            step,
            order.ref,
            step.choose(
                order, "cancel", CANCELLABLE, wanted, lambda tag: tag.returning not in to_inspect
            ),
        )
    if text(reason, "reason", empty=True):
        step.note(order.ref, "cancelled", reason=reason)
    after = order_facts(step.now(order.ref))
    if after.units_kept == 0:
        step.advance(ORDER, order.ref, OrderMove.CANCEL, after)
    count_again(step, order.ref)
    return step


@verb("expire", Order)
def expire(case: Case, context: Context) -> Step:
    """End an order that was not paid in time."""
    step = Step(case, context)
    order = step.now(case.own(Order))
    if step.chart(ORDER).target(order.state, OrderMove.EXPIRE) is not None:
        # What costs nothing, or is paid at the door, is not late.
        owing = not order.cash_on_delivery and due(order) > 0
        if order.pay_by is None or order.pay_by > context.at or not owing:
            until = order.pay_by.isoformat() if order.pay_by and owing else "any time"
            raise MoveRefused((Refusal.of("not_due", order=order.ref.id, until=until),))
        if order.applied == 0:
            cancel_units(step, order.ref, step.choose(order, "expire", CANCELLABLE))
    step.advance(ORDER, order.ref, OrderMove.EXPIRE, order_facts(step.now(order.ref)))
    return step


def give_up_units(step: Step, ref: Ref[Order], chosen: Iterable[Chosen], document: str) -> None:
    """Cut the indices of chosen units, on a document: their customer owes nothing for them.

    Line by line and bill by bill in turn, so that each sees the cuts before it.
    """
    for line, spot, n in chosen:
        now = next(one for one in step.now(ref).lines if one.id == line.id)
        cuts = give_up(now, n, document, billed_on=spot.slice.invoice)
        step.add(*(CutMade(ref, line.id, cut) for cut in cuts))


def cancel_units(step: Step, ref: Ref[Order], chosen: list[Chosen]) -> None:
    """Cancel chosen units of an order: they are given up, and wherever they stood they are free."""
    order = step.now(ref)
    refuse_sent_again(order, chosen)
    give_up_units(step, order.ref, chosen, "cancel")
    left: dict[str, Tag] = {**UNCLAIMED, "dispatch": ""}
    astray = [one for one in chosen if one.spot.state in _ASTRAY]
    here = [one for one in chosen if one.spot.state not in _ASTRAY]
    step.move(order, UnitMove.CANCEL, here, **{**left, "serial": ""})
    # What has left the house is found by its lot and serial, whoever has it.
    del left["lot"]
    step.move(order, UnitMove.CANCEL, astray, **left)
    keep_again(step, chosen)


_ASTRAY: Final = (UnitState.LOST, UnitState.MISSING)


def _returns_to_inspect(order: Order) -> frozenset[str]:
    """The returns whose goods wait for inspection: what becomes of those is decided there."""
    return frozenset(
        spot.slice.returning for _, spot in order.units() if spot.state is UnitState.RECEIVED_BACK
    ) - {""}


def _check_all_can_go(step: Step, order: Order, to_inspect: frozenset[str]) -> None:
    """Refuse to cancel a whole order that has a unit which cannot be cancelled."""
    process = step.context.rules.process
    for state in UnitState:
        if state in CANCELLABLE or state is UnitState.CANCELLED:
            continue
        standing = {spot.slice.stage for _, spot in order.units() if spot.state is state}
        for line in order.lines:
            if line.count(state):
                can = can_do(state, process, standing)
                raise IllegalMove(unit_of(order, line), state.value, "cancel", can)
    for line, spot in order.units():
        if spot.slice.returning in to_inspect:
            can = can_inspect(process)
            raise IllegalMove(unit_of(order, line), spot.state.value, "cancel", can)


def _open(step: Step, new: NewOrder) -> None:
    """Write the order down, with its goods at their price and then each charge in turn."""
    if not isinstance(new, NewOrder):
        raise BadInput("new", "a NewOrder is wanted")
    case, context = step.case, step.context
    lines = tuple([line for wanted in new.lines for line in _opened_lines(wanted)])
    order = Order(
        ref=case.own(Order),
        state=ORDER.initial,
        currency=new.currency,
        customer=new.customer,
        lines=lines,
        charges=_charges(new, lines),
        placed_at=context.at,
        seller=new.seller,
        channel=new.channel,
        shop=new.shop,
        number=new.number,
        cash_on_delivery=new.cash_on_delivery,
        priority=new.priority,
        pay_by=new.pay_by,
        destination=new.destination,
        kits=tuple([_kit(line) for line in new.lines if line.components]),
    )
    text(case.ref.id, "order")
    step.open(order)


def opened_line(new: NewLine) -> Line:
    """A line as it is when its order is opened: all its units are open."""
    tags = Slice(serial=new.serial) if new.serial else PLAIN
    return Line(
        new.id,
        new.sku.code,
        new.n,
        new.price.amount,
        new.price.per,
        new.sku.unit,
        new.sku.scale,
        (Spot(UnitState.OPEN, new.n, tags),),
        (),
        new.promised,
        new.service,
    )


def _opened_lines(new: NewLine) -> tuple[Line, ...]:
    line = opened_line(new)
    return exploded(line, new.price, new.components) if new.components else (line,)


def _kit(new: NewLine) -> Kit:
    return Kit(new.id, new.sku.code, new.n, new.price.amount, new.price.per, new.sku.unit)


def _goods(new: NewOrder, lines: tuple[Line, ...]) -> Iterator[Span]:
    """What each line carries of its price, rounded once; parts share what their kits cost."""
    left = iter(lines)
    for wanted in new.lines:
        amount = wanted.price.times(wanted.n)
        if wanted.components:
            yield from kit_spans(amount, [next(left) for _ in wanted.components])
        else:
            yield Span(next(left).id, 0, wanted.n, amount)


def _charges(new: NewOrder, lines: tuple[Line, ...]) -> tuple[Charge, ...]:
    goods = tuple(_goods(new, lines))
    whole_price = sum([span.amount for span in goods])
    if whole_price > MINOR_MAX:
        raise BadInput("lines", "the order costs more than can be kept")
    charges = [Charge("goods", ChargeKind.GOODS, whole_price, goods)]
    for i, charge in enumerate(new.charges, 1):
        id = f"{charge.kind.value}-{i}"
        if charge.kind in (ChargeKind.FREIGHT, ChargeKind.FEE):
            charges.append(Charge(id, charge.kind, charge.amount, (), charge.bearer, charge.reason))
            continue
        named = {line.id for line in lines if line.id in charge.lines or line.kit in charge.lines}
        meant = [line for line in lines if not charge.lines or line.id in named]
        if charge.amount < -worth(meant, charges):
            raise BadInput(f"charges[{i - 1}].amount", "the discount is more than its lines cost")
        charges.append(
            spread_charge(
                id,
                charge.kind,
                charge.amount,
                meant,
                charges,
                bearer=charge.bearer,
                reason=charge.reason,
            )
        )
    return tuple(charges)

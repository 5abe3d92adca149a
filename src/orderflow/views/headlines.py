"""The headline: one status for an order, and how many units stand under which.

It knows the labels and which one a bag of units deserves, and refuses to know the clock and the
screen.

Problem: a clerk and a customer want one word for an order, but an order is a bag of units that
stand in many states, with money beside them.
A status that is *kept* is wrong from the first verb that forgets to change it.
Observations: a partly shipped order needs no state of its own, since its bag says so already; a
status with a clock in it ("overdue") cannot be indexed.
Decision: the headline is computed from bag, order state and money, never kept as truth.
The least advanced live unit names it, with "partly" where some are further; cancelled units do not
count, unless all are; a hold is shown beside it, never instead of it.

Unit states fall on *rungs*, which are what the rule compares, least advanced first; a host's own
stages lie within a state, and no headline tells of them.
What is only planned is less advanced than what is under way, whoever does it:

============  =============================================  ===================================
rung          units                                          named when it is the least advanced
============  =============================================  ===================================
open          open                                           to allocate
waiting       backordered                                    waiting for stock
to buy        to buy                                         to buy
to make       to make                                        to make
buying        buying                                         buying
making        making                                         making
reserved      reserved                                       to allocate
in house      allocated, released, picked, packed            to ship
on the road   shipped, sent back                             shipped
at a desk     ready to collect                               ready to collect
astray        lost, missing                                  lost
refused       going back or received back, in no return      refused, going back
to redeem     open, of a service                             to redeem
lapsed        lapsed                                         lapsed
redeemed      redeemed                                       redeemed
arrived       delivered; in a return, until it is decided    received
returned      returned                                       returned
============  =============================================  ===================================

*Partly* names the next thing that some units have reached and the least advanced one has not.
Goods that have not left beside any that have are partly shipped; goods on the road, at a desk,
astray or refused are partly received beside any that have arrived, and partly returned beside
returned ones alone; arrived goods beside returned ones are partly returned.
A service is never shipped, so it makes nothing partly shipped or partly received: while goods have
not all arrived they alone name the order.
After them, services that wait for their customer or have lapsed are partly redeemed beside redeemed
ones; services that have ended add nothing to goods that have arrived.

The order's own state is looked at in five places only:

====================  ==========================================================================
state                 headline
====================  ==========================================================================
draft                 draft; so is any order without lines that was not ended
cancelled, expired,   cancelled, whatever was captured: what is owed back is an affair of
rejected              refunds, and why it ended is told by the state
placed                while no live unit is beyond reserved: awaiting payment when something is
                      due that no carrier collects, awaiting balance when a part of it is paid;
                      else waiting for stock where the goods say so, and in review where not
in review,            in review, while no live unit is beyond reserved: a person has it on the
awaiting customer     table, paid or not
completed, archived   completed, where the goods say received or redeemed; lapsed, returned and
                      the partly ones stay, since they tell more
====================  ==========================================================================

Once an order is confirmed its goods name it: money that is taken back later sets a hold, and a hold
does not rename an order.
"""

from __future__ import annotations

from enum import StrEnum
from functools import cache
from typing import Final, assert_never

from orderflow.pricing import due
from orderflow.records import Line, Order, Spot
from orderflow.states import ORDER_CALLED_OFF, OrderState, UnitState


class Headline(StrEnum):
    """The one status of an order that people read; its value is the English label.

    >>> Headline.TO_SHIP.value, Headline.TO_SHIP.zh
    ('to ship', '待发货')
    """

    DRAFT = "draft"
    AWAITING_PAYMENT = "awaiting payment"
    AWAITING_BALANCE = "awaiting balance"
    IN_REVIEW = "in review"
    TO_ALLOCATE = "to allocate"
    WAITING_FOR_STOCK = "waiting for stock"
    TO_BUY = "to buy"
    BUYING = "buying"
    TO_MAKE = "to make"
    MAKING = "making"
    TO_SHIP = "to ship"
    PARTLY_SHIPPED = "partly shipped"
    SHIPPED = "shipped"
    READY_TO_COLLECT = "ready to collect"
    PARTLY_RECEIVED = "partly received"
    RECEIVED = "received"
    REFUSED_GOING_BACK = "refused, going back"
    LOST = "lost"
    TO_REDEEM = "to redeem"
    PARTLY_REDEEMED = "partly redeemed"
    REDEEMED = "redeemed"
    LAPSED = "lapsed"
    COMPLETED = "completed"
    PARTLY_RETURNED = "partly returned"
    RETURNED = "returned"
    CANCELLED = "cancelled"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return _ZH[self]


_ZH: Final[dict[Headline, str]] = {
    Headline.DRAFT: "草稿",
    Headline.AWAITING_PAYMENT: "待支付",
    Headline.AWAITING_BALANCE: "待付尾款",
    Headline.IN_REVIEW: "待审核",
    Headline.TO_ALLOCATE: "待配货",
    Headline.WAITING_FOR_STOCK: "缺货待补",
    Headline.TO_BUY: "需采购",
    Headline.BUYING: "采购中",
    Headline.TO_MAKE: "待生产",
    Headline.MAKING: "生产中",
    Headline.TO_SHIP: "待发货",
    Headline.PARTLY_SHIPPED: "部分发货",
    Headline.SHIPPED: "已发货",
    Headline.READY_TO_COLLECT: "待自提",
    Headline.PARTLY_RECEIVED: "部分签收",
    Headline.RECEIVED: "已签收",
    Headline.REFUSED_GOING_BACK: "拒收退回中",
    Headline.LOST: "包裹丢失",
    Headline.TO_REDEEM: "待核销",
    Headline.PARTLY_REDEEMED: "部分核销",
    Headline.REDEEMED: "已核销",
    Headline.LAPSED: "已失效",
    Headline.COMPLETED: "已完成",
    Headline.PARTLY_RETURNED: "部分退货",
    Headline.RETURNED: "已退货",
    Headline.CANCELLED: "已取消",
}

# A rung is one bit, so that a bag is one small integer. The lower bit is the less advanced.
(
    _OPEN,
    _WAITING,
    _TO_BUY,
    _TO_MAKE,
    _BUYING,
    _MAKING,
    _RESERVED,
    _IN_HOUSE,
    _ROAD,
    _DESK,
    _ASTRAY,
    _REFUSED,
    _TO_REDEEM,
    _LAPSED,
    _REDEEMED,
    _ARRIVED,
    _RETURNED,
) = (1 << bit for bit in range(17))
_CANCELLED: Final = 0  # cancelled units do not count

_UP_TO_RESERVED: Final = 2 * _RESERVED - 1 | _TO_REDEEM
_NOT_LEFT: Final = 2 * _IN_HOUSE - 1
_NOT_ARRIVED: Final = 2 * _REFUSED - 1
AT_WORK: Final = _BUYING | _MAKING | ~(2 * _RESERVED - 1) & ~_TO_REDEEM
"""The rungs whose units somebody works at, or is done with."""
UNDER_WAY: Final = _NOT_LEFT | _ROAD | _DESK | _TO_REDEEM
"""The rungs whose units are on their way to their customer, by the plain way."""
_SERVICES: Final = _TO_REDEEM | _LAPSED | _REDEEMED

_LEAST: Final[dict[int, Headline]] = {
    _OPEN: Headline.TO_ALLOCATE,
    _WAITING: Headline.WAITING_FOR_STOCK,
    _TO_BUY: Headline.TO_BUY,
    _TO_MAKE: Headline.TO_MAKE,
    _BUYING: Headline.BUYING,
    _MAKING: Headline.MAKING,
    _RESERVED: Headline.TO_ALLOCATE,
    _IN_HOUSE: Headline.TO_SHIP,
    _ROAD: Headline.SHIPPED,
    _DESK: Headline.READY_TO_COLLECT,
    _ASTRAY: Headline.LOST,
    _REFUSED: Headline.REFUSED_GOING_BACK,
    _TO_REDEEM: Headline.TO_REDEEM,
    _LAPSED: Headline.LAPSED,
    _REDEEMED: Headline.REDEEMED,
    _ARRIVED: Headline.RECEIVED,
    _RETURNED: Headline.RETURNED,
    _CANCELLED: Headline.CANCELLED,
}


def _rung(state: UnitState) -> int:
    """The rung of a piece of goods that is in no return; mypy refuses a state without one."""
    match state:
        case UnitState.OPEN:
            return _OPEN
        case UnitState.BACKORDERED:
            return _WAITING
        case UnitState.TO_BUY:
            return _TO_BUY
        case UnitState.BUYING:
            return _BUYING
        case UnitState.TO_MAKE:
            return _TO_MAKE
        case UnitState.MAKING:
            return _MAKING
        case UnitState.RESERVED:
            return _RESERVED
        case UnitState.ALLOCATED | UnitState.RELEASED | UnitState.PICKED | UnitState.PACKED:
            return _IN_HOUSE
        case UnitState.SHIPPED | UnitState.SENT_BACK:
            return _ROAD
        case UnitState.READY_TO_COLLECT:
            return _DESK
        case UnitState.LOST | UnitState.MISSING:
            return _ASTRAY
        case UnitState.GOING_BACK | UnitState.RECEIVED_BACK:
            return _REFUSED
        case UnitState.DELIVERED:
            return _ARRIVED
        case UnitState.REDEEMED:
            return _REDEEMED
        case UnitState.LAPSED:
            return _LAPSED
        case UnitState.RETURNED:
            return _RETURNED
        case UnitState.CANCELLED:
            return _CANCELLED
        case _:
            assert_never(state)


# Looked up, not asked for: a headline is computed with every write of an order.
GOODS_RUNG: Final = {state: _rung(state) for state in UnitState}
_SERVICE_RUNG: Final = {**GOODS_RUNG, UnitState.OPEN: _TO_REDEEM}


@cache
def name_of(rungs: int) -> Headline:
    """What a bag says by itself, from the rungs that its live units stand on.

    Total: any mix has a lowest bit, and each bit a name. Each mix is worked out once.
    """
    services = rungs & _SERVICES
    goods = rungs - services
    if goods & _NOT_ARRIVED:
        if goods & _NOT_LEFT and goods & ~_NOT_LEFT:
            return Headline.PARTLY_SHIPPED
        if goods & _ARRIVED:
            return Headline.PARTLY_RECEIVED
        return Headline.PARTLY_RETURNED if goods & _RETURNED else _LEAST[goods & -goods]
    if services & _TO_REDEEM or not goods:
        partly = services & _REDEEMED and services != _REDEEMED
        return Headline.PARTLY_REDEEMED if partly else _LEAST[services & -services]
    if goods & _RETURNED and rungs != _RETURNED:
        return Headline.PARTLY_RETURNED
    return _LEAST[goods]


def rung_of(line: Line, spot: Spot) -> int:
    """The rung of the units of one spot."""
    rung = (_SERVICE_RUNG if line.service else GOODS_RUNG)[spot.state]
    if rung == _REFUSED and spot.slice.returning:
        return _ARRIVED  # the customer had them; whether we take them is not decided
    return rung


def headline(order: Order) -> Headline:
    """The one status of an order that people read, from its bags, its state and its money.

    Total: every order has one. It reads no clock, so a store may index it.
    """
    rungs = 0
    for line in order.lines:
        for spot in line.spots:
            rungs |= rung_of(line, spot)
    return named(order, rungs)


def named(order: Order, rungs: int) -> Headline:
    """The headline of an order whose units stand on these rungs."""
    state = order.state
    if state is OrderState.DRAFT:
        return Headline.DRAFT
    if state in ORDER_CALLED_OFF:
        return Headline.CANCELLED
    if not order.lines:
        return Headline.DRAFT
    goods = name_of(rungs)
    if state is OrderState.CONFIRMED:
        return goods
    if state is OrderState.COMPLETED or state is OrderState.ARCHIVED:
        return Headline.COMPLETED if goods in _AS_COMPLETED else goods
    if not rungs or rungs & ~_UP_TO_RESERVED:
        return goods
    if state is OrderState.PLACED:
        waits = Headline.WAITING_FOR_STOCK
        return _money(order) or (waits if goods is waits else Headline.IN_REVIEW)
    return Headline.IN_REVIEW


_AS_COMPLETED: Final = (Headline.RECEIVED, Headline.REDEEMED)


def _money(order: Order) -> Headline | None:
    """What an order that is not confirmed yet waits for from its customer, if anything."""
    if order.cash_on_delivery or order.on_account or due(order) <= 0:
        return None
    return Headline.AWAITING_BALANCE if order.applied > 0 else Headline.AWAITING_PAYMENT


def quantity_by_state(order: Order) -> dict[UnitState, int]:
    """How many units of an order stand in each state, over all lines; states without any left out.

    In the order of the unit chart. Units of unlike SKUs are added up as they are: pieces and grams
    alike.
    """
    counts: dict[UnitState, int] = {}
    for _, spot in order.units():
        counts[spot.state] = counts.get(spot.state, 0) + spot.n
    return {state: counts[state] for state in UnitState if counts.get(state)}


def quantity_by_status(order: Order) -> dict[Headline, int]:
    """How many units of an order stand under each label of goods, the least advanced first.

    What a list of orders shows beside a headline: of a partly shipped order, `to ship` 2 and
    `shipped` 1. Labels without units are left out; cancelled units are counted last.
    """
    counts: dict[Headline, int] = {}
    for line, spot in order.units():
        name = _LEAST[rung_of(line, spot)]
        counts[name] = counts.get(name, 0) + spot.n
    return {name: counts[name] for name in _LEAST.values() if name in counts}

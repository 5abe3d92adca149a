"""What people read off an order: the headline, and how many units stand where.

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

Unit states fall into *stages*, which are what the rule compares, least advanced first:

============  =============================================  ===================================
stage         units                                          named when it is the least advanced
============  =============================================  ===================================
open          open                                           to allocate
waiting       backordered                                    waiting for stock
reserved      reserved                                       to allocate
in house      allocated, released, picked, packed            to ship
on the road   shipped, sent back                             shipped
astray        lost, missing                                  lost
refused       going back or received back, in no return      refused, going back
arrived       delivered; in a return, until it is decided    received
returned      returned                                       returned
============  =============================================  ===================================

*Partly* names the next thing that some units have reached and the least advanced one has not.
Units that have not left beside any that have are partly shipped; units on the road, astray or
refused are partly received beside any that have arrived, and partly returned beside returned ones
alone; arrived units beside returned ones are partly returned.

The order's own state is looked at in four places only:

===================  ===========================================================================
state                headline
===================  ===========================================================================
draft                draft; so is any order without lines that was not cancelled
cancelled, expired   cancelled, whatever was captured: what is owed back is an affair of refunds
placed               while no live unit is beyond reserved: awaiting payment when something is
                     due that no carrier collects, awaiting balance when a part of it is paid;
                     else waiting for stock where the goods say so, and in review where not
completed            completed, where the goods say received; returned and partly returned stay,
                     since they tell more
===================  ===========================================================================

Once an order is confirmed its goods name it: money that is taken back later sets a hold, and a hold
does not rename an order.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final, assert_never

from orderflow.pricing import due
from orderflow.records import Order
from orderflow.states import OrderState, UnitState


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
    TO_SHIP = "to ship"
    PARTLY_SHIPPED = "partly shipped"
    SHIPPED = "shipped"
    PARTLY_RECEIVED = "partly received"
    RECEIVED = "received"
    REFUSED_GOING_BACK = "refused, going back"
    LOST = "lost"
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
    Headline.TO_SHIP: "待发货",
    Headline.PARTLY_SHIPPED: "部分发货",
    Headline.SHIPPED: "已发货",
    Headline.PARTLY_RECEIVED: "部分签收",
    Headline.RECEIVED: "已签收",
    Headline.REFUSED_GOING_BACK: "拒收退回中",
    Headline.LOST: "包裹丢失",
    Headline.COMPLETED: "已完成",
    Headline.PARTLY_RETURNED: "部分退货",
    Headline.RETURNED: "已退货",
    Headline.CANCELLED: "已取消",
}

# A stage is one bit, so that a bag is one small integer. The lower bit is the less advanced.
_OPEN, _WAITING, _RESERVED, _IN_HOUSE, _ROAD, _ASTRAY, _REFUSED, _ARRIVED, _RETURNED = (
    1 << bit for bit in range(9)
)
_CANCELLED: Final = 0  # cancelled units do not count

_UP_TO_RESERVED: Final = _OPEN | _WAITING | _RESERVED
_NOT_LEFT: Final = _UP_TO_RESERVED | _IN_HOUSE
_NOT_ARRIVED: Final = _NOT_LEFT | _ROAD | _ASTRAY | _REFUSED

_LEAST: Final[dict[int, Headline]] = {
    _OPEN: Headline.TO_ALLOCATE,
    _WAITING: Headline.WAITING_FOR_STOCK,
    _RESERVED: Headline.TO_ALLOCATE,
    _IN_HOUSE: Headline.TO_SHIP,
    _ROAD: Headline.SHIPPED,
    _ASTRAY: Headline.LOST,
    _REFUSED: Headline.REFUSED_GOING_BACK,
    _ARRIVED: Headline.RECEIVED,
    _RETURNED: Headline.RETURNED,
}


def _stage(state: UnitState) -> int:
    """The stage of a unit that is in no return; mypy refuses a unit state without one."""
    match state:
        case UnitState.OPEN:
            return _OPEN
        case (
            UnitState.BACKORDERED
            | UnitState.TO_BUY
            | UnitState.BUYING
            | UnitState.TO_MAKE
            | UnitState.MAKING
        ):
            return _WAITING
        case UnitState.RESERVED:
            return _RESERVED
        case UnitState.ALLOCATED | UnitState.RELEASED | UnitState.PICKED | UnitState.PACKED:
            return _IN_HOUSE
        case UnitState.SHIPPED | UnitState.READY_TO_COLLECT | UnitState.SENT_BACK:
            return _ROAD
        case UnitState.LOST | UnitState.MISSING:
            return _ASTRAY
        case UnitState.GOING_BACK | UnitState.RECEIVED_BACK:
            return _REFUSED
        case UnitState.DELIVERED | UnitState.REDEEMED | UnitState.LAPSED:
            return _ARRIVED
        case UnitState.RETURNED:
            return _RETURNED
        case UnitState.CANCELLED:
            return _CANCELLED
        case _:
            assert_never(state)


def _goods(stages: int) -> Headline:
    """What a bag says by itself, from the stages that its live units stand in."""
    if not stages:
        return Headline.CANCELLED
    if stages & _NOT_LEFT and stages & ~_NOT_LEFT:
        return Headline.PARTLY_SHIPPED
    if stages & _NOT_ARRIVED and stages & _ARRIVED:
        return Headline.PARTLY_RECEIVED
    if stages & _RETURNED and stages != _RETURNED:
        return Headline.PARTLY_RETURNED
    return _LEAST[stages & -stages]


_STAGE: Final = {state: _stage(state) for state in UnitState}
# Every mix of stages has its headline before the first order is looked at: `headline` is total.
_GOODS: Final = tuple(_goods(stages) for stages in range(2 * _RETURNED))


def headline(order: Order) -> Headline:
    """The one status of an order that people read, from its bags, its state and its money.

    Total: every order has one. It reads no clock, so a store may index it.
    """
    state = order.state
    if state is OrderState.DRAFT:
        return Headline.DRAFT
    if state in (OrderState.CANCELLED, OrderState.EXPIRED, OrderState.REJECTED):
        return Headline.CANCELLED
    if not order.lines:
        return Headline.DRAFT
    stages = 0
    for line in order.lines:
        for spot in line.spots:
            stage = _STAGE[spot.state]
            if stage == _REFUSED and spot.slice.returning:
                stage = _ARRIVED  # the customer had them; whether we take them is not decided
            stages |= stage
    goods = _GOODS[stages]
    if state is OrderState.PLACED and stages and stages <= _UP_TO_RESERVED:
        return _money(order) or (
            goods if goods is Headline.WAITING_FOR_STOCK else Headline.IN_REVIEW
        )
    if state is OrderState.COMPLETED and goods is Headline.RECEIVED:
        return Headline.COMPLETED
    return goods


def _money(order: Order) -> Headline | None:
    """What an order that is not confirmed yet waits for from its customer, if anything."""
    if order.cash_on_delivery or due(order) <= 0:
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

"""The five phases of an order's life: create, process, track, deliver, evaluate.

It knows which headline belongs to which phase, and refuses to know units, money and the clock.

"订单生成、订单处理、订单跟踪、订单交付和订单评估".

Problem: a board of orders has five columns; two dozen headlines are too many for that, and a column
that is kept is wrong as soon as somebody forgets it.
Observation: a headline is named by the least advanced live unit, and so is a phase.
Decision: each headline stands in one phase, so an order stands in one at each instant.
What is partly shipped is processed, since some of it is not on its way; what is partly received is
tracked, since some of it is.
Evaluation begins when the order is completed, or when goods came back and were judged: a customer
may say what it was like, and after-sales are open.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Final

from orderflow.records import Order
from orderflow.states import OrderState
from orderflow.views.headlines import Headline, headline


class Phase(StrEnum):
    """How far an order is on its way, in five words; its value is the English label.

    >>> Phase.TRACK.value, Phase.TRACK.zh
    ('track', '跟踪')
    """

    CREATE = "create"
    PROCESS = "process"
    TRACK = "track"
    DELIVER = "deliver"
    EVALUATE = "evaluate"

    @property
    def zh(self) -> str:
        """The Chinese label."""
        return _ZH[self]


_ZH: Final[dict[Phase, str]] = {
    Phase.CREATE: "生成",
    Phase.PROCESS: "处理",
    Phase.TRACK: "跟踪",
    Phase.DELIVER: "交付",
    Phase.EVALUATE: "评估",
}

_PHASES: Final[dict[Headline, Phase | None]] = {
    Headline.DRAFT: Phase.CREATE,
    Headline.AWAITING_PAYMENT: Phase.CREATE,
    Headline.AWAITING_BALANCE: Phase.CREATE,
    Headline.IN_REVIEW: Phase.CREATE,
    Headline.TO_ALLOCATE: Phase.PROCESS,
    Headline.WAITING_FOR_STOCK: Phase.PROCESS,
    Headline.TO_BUY: Phase.PROCESS,
    Headline.BUYING: Phase.PROCESS,
    Headline.TO_MAKE: Phase.PROCESS,
    Headline.MAKING: Phase.PROCESS,
    Headline.TO_SHIP: Phase.PROCESS,
    Headline.PARTLY_SHIPPED: Phase.PROCESS,
    Headline.SHIPPED: Phase.TRACK,
    Headline.READY_TO_COLLECT: Phase.DELIVER,
    Headline.PARTLY_RECEIVED: Phase.TRACK,
    Headline.RECEIVED: Phase.DELIVER,
    Headline.REFUSED_GOING_BACK: Phase.TRACK,
    Headline.LOST: Phase.TRACK,
    Headline.TO_REDEEM: Phase.PROCESS,
    Headline.PARTLY_REDEEMED: Phase.PROCESS,
    Headline.REDEEMED: Phase.DELIVER,
    Headline.LAPSED: Phase.DELIVER,
    Headline.COMPLETED: Phase.EVALUATE,
    Headline.PARTLY_RETURNED: Phase.EVALUATE,
    Headline.RETURNED: Phase.EVALUATE,
    Headline.CANCELLED: None,
}


def phase(order: Order) -> Phase | None:
    """The phase of an order's life; `None` once it was cancelled, rejected or has expired.

    It reads no clock, and a hold does not change it.
    """
    if order.state in (OrderState.COMPLETED, OrderState.ARCHIVED):
        return Phase.EVALUATE
    return _PHASES[headline(order)]

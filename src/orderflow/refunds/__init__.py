"""What is owed back, and the money that goes.

It knows what an order's customer has paid beyond what the kept units cost, and refuses to know why
units were given up.

What is owed back is never stored: it is what was applied less what the order costs without the
units that were given up, each of which carries its exact part of price, discounts and taxes.
So any sequence of partial returns ends at the same sum, and none can exceed it.

`owing` says what is owed and which tender comes first, `paying` has the verbs of a clerk who knows
what he does, `planning` shares what is owed over tenders, and `confirming` carries out what was
proposed so.
"""

from orderflow.refunds.confirming import confirm_refund
from orderflow.refunds.owing import owed_back
from orderflow.refunds.paying import ask_pay_back, ask_refund, pay_back, refund
from orderflow.refunds.planning import Planned, planned, proposed

__all__ = [
    "Planned",
    "ask_pay_back",
    "ask_refund",
    "confirm_refund",
    "owed_back",
    "pay_back",
    "planned",
    "proposed",
    "refund",
]

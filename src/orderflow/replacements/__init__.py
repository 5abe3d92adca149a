"""What goes out again: reissues (补发) and exchanges (换货).

It knows what may be sent again and who pays for it, and refuses to know shelves and parcels: what
is sent is an order of its own, and goes the way of any order.

Problem: a reissue that makes the old line longer spoils its counts, its bill and its returns; one
that is kept beside the orders needs allocation, dispatch and parcels a second time.
Observation: the decision is small (asked, approved, settled), and all that is hard about the goods
is what an order does already.
Decision: the decision is a document, `Reissue` or `Exchange`, and what goes out is an `Order` whose
`parent` is the old one, so its bag says how far it is: `progress` names that.

A reissue costs its customer nothing: its order has the old lines at a price of zero, and is
confirmed when it is opened, since nobody has to pay.
The old order's bag stays as it is; the order notes beside it what is sent again, so that each unit
is sent again once, and is never paid back as well.
What was lost has ended for the old order once it has been sent again.

The goods of an exchange come back by a return, which is approved, rejected and cancelled with it as
long as nothing has moved.
The new order has the lines that were agreed, at their prices, with the taxes of the day on which it
is opened; what the old goods have brought pays it as far as it goes, out of the same payments.
What is still to be paid then, or is owed back still, is money like any other.
The new goods go out when the old ones were accepted, unless the rules say otherwise.
Where they went out first and the old ones never come, the exchange is undone: new goods that are
not out yet are called off, and those that are out are a sale like any other.

- `reissues` and `exchanges` decide; `opening` opens and calls off the order that sends goods anew.
- `coming_back` knows the return of an exchange, `paying_over` moves its money, `ending` ends both.
- `progress` says how far the goods are.
"""

from orderflow.replacements.exchanges import (
    NewLines,
    approve_exchange,
    ask_exchange,
    cancel_exchange,
    hold_exchange,
    lift_exchange_hold,
    pay_over,
    reject_exchange,
    send_replacement,
    settle_exchange,
    undo_exchange,
)
from orderflow.replacements.progress import Progress, progress
from orderflow.replacements.reissues import (
    approve_reissue,
    ask_reissue,
    cancel_reissue,
    hold_reissue,
    lift_reissue_hold,
    reject_reissue,
    settle_reissue,
)

__all__ = [
    "NewLines",
    "Progress",
    "approve_exchange",
    "approve_reissue",
    "ask_exchange",
    "ask_reissue",
    "cancel_exchange",
    "cancel_reissue",
    "hold_exchange",
    "hold_reissue",
    "lift_exchange_hold",
    "lift_reissue_hold",
    "pay_over",
    "progress",
    "reject_exchange",
    "reject_reissue",
    "send_replacement",
    "settle_exchange",
    "settle_reissue",
    "undo_exchange",
]

"""The ledger of money: each amount goes from one account to another, read off the journal.

It knows what commands have done to money, and refuses to know why they did it.

Problem: a balance that is kept by hand beside what happened drifts away from it, and then nobody
can say which of both is right.
Observation: the journal says everything already: what an order costs follows from its facts, and
money that moves is a fact of its own.
Decision: nothing is booked. A *posting* takes an amount from one account and gives it to another,
so all accounts of a currency sum to zero whatever the journal says; and a statement (对账单) is
postings of an order, of a customer or of a day, with what stood before them.
"""

from orderflow.ledger.accounts import (
    Account,
    ClaimAccount,
    CompensationAccount,
    OrderAccount,
    Posting,
    StoredAccount,
)
from orderflow.ledger.posting import postings
from orderflow.ledger.stated import (
    AccountStated,
    Day,
    LedgerRow,
    LedgerStatement,
    balances,
    day,
    of_customer,
    of_order,
)
from orderflow.ledger.wording import text

__all__ = [
    "Account",
    "AccountStated",
    "ClaimAccount",
    "CompensationAccount",
    "Day",
    "LedgerRow",
    "LedgerStatement",
    "OrderAccount",
    "Posting",
    "StoredAccount",
    "balances",
    "day",
    "of_customer",
    "of_order",
    "postings",
    "text",
]

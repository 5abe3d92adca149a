"""Settlement (结算): what each party and we owe each other for a period, and for what.

It knows the journal, the quotes of suppliers and the return window that are handed in, and refuses
to know how anybody is paid.

Problem: who settles by lists of what happened in a month forgets what came back in the next one,
and pays a supplier for a lamp that its customer has returned.
Observation: at any instant the documents say what everybody owes for what the customers have kept
until then; a period is the difference between its two ends.
Decision: nothing is booked. What a party owes stands at an instant, row by row; a settlement is
what has changed between two. So one month follows from the other without a gap, each row of a
month may be taken back by a row of the next, and what customers, carriers and finance owe by all of
them is what the ledger says.

A supplier is paid for units that are kept, once their return window is over, and who bears a part
of a discount owes it for the same units; until then it waits. What came by way of our warehouse is
ours from then on, and is paid as it comes.
"""

from orderflow.settlement.period import settlement
from orderflow.settlement.values import (
    PartySettled,
    Quote,
    Reason,
    Role,
    Settlement,
    SettlementRow,
)
from orderflow.settlement.wording import text

__all__ = [
    "PartySettled",
    "Quote",
    "Reason",
    "Role",
    "Settlement",
    "SettlementRow",
    "settlement",
    "text",
]

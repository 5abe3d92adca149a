"""A carrier's remittance file against the cash that it owes: what is right, and findings by kind.

It knows the rows of a file and what is known of the same cash here, and refuses to know files,
stores and who is to blame.

Problem: a carrier hands over the cash of ten thousand parcels in one sum, less its fees.
Whoever books the sum finds out at the end of the year; whoever books only rows that look right
never hears of the row that is not there.
Observation: a row and a parcel can disagree in eight ways, and no ninth: the row is about nothing
that is known, about something another row is about, about cash that is settled or was never taken;
it is too small, too large, or has the wrong fee; or there is no row.
Decision: each row is held against the cash that its parcel owes, with those about the same cash and
with no others. What is right becomes the calls that book it, with keys of their own, so that a run
that was cut off is run again; what is not is a finding with what helps. A row that somebody has
booked since is done with, and found no more; what was booked by a row that a corrected file does
not have any more is found until somebody knows for whom it came.

What a customer was paid back between the door and the remittance is between us and the customer:
the carrier owes what it has collected.
"""

from orderflow.remittances.reconciling import reconcile_remittance
from orderflow.remittances.values import (
    Booking,
    CashFee,
    FindingKind,
    Reconciled,
    Remittance,
    RemittanceFinding,
    RemittanceRow,
)

__all__ = [
    "Booking",
    "CashFee",
    "FindingKind",
    "Reconciled",
    "Remittance",
    "RemittanceFinding",
    "RemittanceRow",
    "reconcile_remittance",
]

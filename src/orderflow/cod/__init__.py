"""What doors are to bring: the cash that carriers are to collect for an order, and how it follows.

It knows orders, the doors that they note, and the parcels behind them, and refuses to know who
takes the cash: that is `payments`.

Problem: a courier is told an amount, and until he rings, the order is paid by card, cancelled in
part, made dearer, or its parcel turns round; the host who forgets to change the amount has the
customer pay twice.
Observation: an order knows what it costs, and each door is one of its payments; only the order did
not know its doors.
Decision: an order notes its doors, and after each verb that touched it they follow it
(`follow_doors`): what no courier has been told yet is changed by a named rule, what a courier has
been told becomes a question under a hold, and a door to which no goods go any more is closed.
"""

from orderflow.cod.following import (
    CASH_CHANGE,
    ask_carrier,
    coin_of,
    end_at_door,
    follow_doors,
    is_over,
    is_told,
)
from orderflow.cod.sharing import (
    carried_by,
    cash_by_parcel,
    indices_of,
    lowered,
    room_at_door,
    share_of_parcel,
    staying,
    to_collect,
)

__all__ = [
    "CASH_CHANGE",
    "ask_carrier",
    "carried_by",
    "cash_by_parcel",
    "coin_of",
    "end_at_door",
    "follow_doors",
    "indices_of",
    "is_over",
    "is_told",
    "lowered",
    "room_at_door",
    "share_of_parcel",
    "staying",
    "to_collect",
]

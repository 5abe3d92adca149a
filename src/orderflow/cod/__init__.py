"""Cash on delivery: which orders may be paid at the door, what doors are to bring, how they follow.

It knows orders, the doors that they note, and the parcels behind them, and refuses to know who
takes the cash: that is `payments`. What a host decides of cash stands on the ground (`cash`), since
its rules name it.

Problem: a courier is told an amount, and until he rings, the order is paid by card, cancelled in
part, made dearer, or its parcel turns round; the host who forgets to change the amount has the
customer pay twice.
Observation: an order knows what it costs, and each door is one of its payments; only the order did
not know its doors.
Decision: an order notes its doors, and after each verb that touched it they follow it
(`following`): what no courier has been told yet is changed by a named rule, what a courier has
been told becomes a question under a hold, and a door to which no goods go any more is closed.
"""

from orderflow.cod.sharing import cash_by_parcel

__all__ = ["cash_by_parcel"]

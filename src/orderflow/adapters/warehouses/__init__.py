"""Another's warehouse: what it is given, and what it says of it, late, twice and in any order.

It knows dispatches and events, and refuses to know how a warehouse works.

`work_of` is the pick list of a dispatch, `give_work` the wire out and `hear_work` the wire in.
`ScriptedWarehouse` is a warehouse that does as its script says, for tests offline.
"""

from orderflow.adapters.warehouses.scripted import ScriptedWarehouse, WarehouseFault
from orderflow.adapters.warehouses.working import (
    Given,
    HeardWork,
    give_work,
    hear_work,
    work_of,
)

__all__ = [
    "Given",
    "HeardWork",
    "ScriptedWarehouse",
    "WarehouseFault",
    "give_work",
    "hear_work",
    "work_of",
]

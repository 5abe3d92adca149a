"""Orders, stock and remittances from rows: what an export holds, checked cell by cell.

It knows columns, cells and what is wrong with them, and refuses to know files, stores and verbs:
it takes lines and gives values.

Problem: a file from outside is never quite right, and there are two ways to be wrong about it.
Taking what can be read loses a line of an order in silence; refusing the file for one bad cell
leaves a thousand good orders lying.
Observation: an order is the smallest thing that may be taken alone, and a column the smallest that
may be misunderstood as a whole.
Decision: each order is taken whole or not at all; every reason against it is a finding with its
row, column and sentence; the others go on.
A column that nobody knows stops the file, since a misspelt `discount` would lose money quietly; one
that is not wanted is left out by name.

The columns are described in `docs/reference/columns.md`.
"""

from orderflow.intake.orders import Status, TakenOrder, TakenOrders, orders
from orderflow.intake.remittances import TakenRemittance, remittance
from orderflow.intake.stock import Stocked, TakenStock, stock
from orderflow.intake.table import Columns, Finding

__all__ = [
    "Columns",
    "Finding",
    "Status",
    "Stocked",
    "TakenOrder",
    "TakenOrders",
    "TakenRemittance",
    "TakenStock",
    "orders",
    "remittance",
    "stock",
]

"""Invoices and credit notes: how they are issued, and what they come to beside their order.

It knows orders and the papers over them, and refuses to know who pays and by what.

- `issuing` issues an invoice over slices of one order or several, `drawing` says what stands on it
  and `differing` by what its orders come to the same.
- `upcoming` says what would stand on one over all that is on none yet.
- `crediting` credits it: what its orders give up or lower; `lines` says what is left, to the coin,
  `raises` what they charge more since, and `told` how the tax of either is told.
- `papers` numbers them, `account` compares them with their order.
- `forms` reads them into the forms that laws ask for.
"""

from orderflow.bills import (
    Billed,
    BillLine,
    CreditNote,
    Discount,
    Invoice,
    LineTax,
    Lowered,
    Series,
    series_id,
)
from orderflow.invoices.account import Account, account
from orderflow.invoices.crediting import credit, left_of
from orderflow.invoices.forms import (
    En16931,
    FapiaoLine,
    LineReference,
    VatBreakdown,
    en16931,
    fapiao_lines,
)
from orderflow.invoices.issuing import invoice

__all__ = [
    "Account",
    "BillLine",
    "Billed",
    "CreditNote",
    "Discount",
    "En16931",
    "FapiaoLine",
    "Invoice",
    "LineReference",
    "LineTax",
    "Lowered",
    "Series",
    "VatBreakdown",
    "account",
    "credit",
    "en16931",
    "fapiao_lines",
    "invoice",
    "left_of",
    "series_id",
]

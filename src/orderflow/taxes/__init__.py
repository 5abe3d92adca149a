"""What tax lines carry: rates, where they come from, and how they are rounded.

It knows rates by place and day and the arithmetic of a tax, and refuses to know orders, documents
and which goods are in which group: that is handed in.

Problem: two systems that both know 19 % bill different taxes, and each is right by its own rule.
Three pieces at 1.08 cost 3.86 with tax where the line is rounded, and 3.87 where each unit is.

Observations:

- What differs is small and can be named: whether prices include the tax; what is rounded (each
  unit, each line, or the total of a document); whether each tax is rounded by itself, or all taxes
  of a line together; in which direction and to which step; and, where prices include the tax,
  whether the tax is rounded or what is left without it.
- A tax that is rounded on the total is still told by line: on a return, and on paper.
- A rate belongs to a day and a place. No rate is not a rate of zero: zero and exempt are said, with
  the reason that the law wants to see.

Decision: a `Convention` is a value with these choices, and `taxed` is one pure function of lines
and a convention. A total's tax is told to the lines by `money.spread`, so that they sum to it.
A tax on a tax (compound) is so many percent of the net as it comes to, so it is rounded once and
not on what was rounded before.

Rates come through the port `TaxTable`; `Table` is one made of rows.
"""

from orderflow.taxes.computing import RateTotal, Taxed, TaxedLine, TaxLine, rate_totals, taxed
from orderflow.taxes.conventions import (
    CONVENTIONS,
    GROSS_BY_LINE,
    GROSS_BY_TOTAL,
    GROSS_BY_UNIT,
    NET_BY_LINE,
    NET_BY_TOTAL,
    NET_BY_UNIT,
    NET_OF_LINE,
    NET_OF_UNIT,
    By,
    Convention,
    Level,
    Taxing,
    TaxPlace,
)
from orderflow.taxes.rates import (
    FEE_GROUP,
    FREIGHT_GROUP,
    Rate,
    Table,
    Taxation,
    TaxQuestion,
    TaxRow,
    TaxTable,
    of_net,
    percents,
)

__all__ = [
    "CONVENTIONS",
    "FEE_GROUP",
    "FREIGHT_GROUP",
    "GROSS_BY_LINE",
    "GROSS_BY_TOTAL",
    "GROSS_BY_UNIT",
    "NET_BY_LINE",
    "NET_BY_TOTAL",
    "NET_BY_UNIT",
    "NET_OF_LINE",
    "NET_OF_UNIT",
    "By",
    "Convention",
    "Level",
    "Rate",
    "RateTotal",
    "Table",
    "TaxLine",
    "TaxPlace",
    "TaxQuestion",
    "TaxRow",
    "TaxTable",
    "Taxation",
    "Taxed",
    "TaxedLine",
    "Taxing",
    "of_net",
    "percents",
    "rate_totals",
    "taxed",
]

"""The parties of a settlement, the rows by which it is told, and the quotes of suppliers.

It knows values alone.
"""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum

import attrs

from orderflow.errors import BadInput
from orderflow.money import Price
from orderflow.values import instant, text


class Role(StrEnum):
    """What a party is to us."""

    CUSTOMER = "customer"
    SUPPLIER = "supplier"
    BEARER = "bearer"  # the platform, or a brand: who bears a part of a discount
    CARRIER = "carrier"
    FINANCE = "finance"  # who keeps the money, by the way that it came


class Reason(StrEnum):
    """What a row is for."""

    GOODS = "goods"
    DISCOUNT = "discount"
    TAX = "tax"
    FREIGHT = "freight"
    FEE = "fee"
    PRICE = "price"
    ROUNDING = "rounding"
    CASH = "cash rounding"  # what an order was rounded by to a coin
    PAID = "paid"  # money of a customer that is applied to an order
    UNAPPLIED = "unapplied"  # money of a customer that is applied to none
    SHIPPED = "shipped by the supplier"  # straight to the customer, who keeps it
    CONSIGNED = "sold on consignment"  # out of our warehouse, and the customer keeps it
    MADE_GOOD = "made good"  # sent again by who had supplied what its customer has kept
    BOUGHT = "bought"  # it came to our warehouse
    SENT_BACK = "sent back to the supplier"  # who had sold it to us, and takes it back
    UNQUOTED = "without a quote"  # units of a supplier of which nobody knows what he asks
    CLAIMED = "claimed"  # what a carrier has agreed to make good of a parcel
    CLAIM_PAID = "claim paid"
    COLLECTED = "collected"  # by the carrier, at the door
    REMITTED = "remitted"
    KEPT_AS_FEE = "kept as a fee"  # by the carrier, of what it had collected
    HELD = "held"  # money that is with us
    STORED = "stored"  # money that is with us, and owed to who has a balance
    PAID_OUT = "paid out"  # to a customer, beyond what his order costs
    COMPENSATION = "compensation"  # what others make good to us of that


@attrs.frozen
class Quote:
    """What a supplier asks for units of a SKU that are ordered from `since` on, or ever since.

    It holds until the next one begins.
    """

    supplier: str
    sku: str
    price: Price
    since: datetime | None = None

    def __attrs_post_init__(self) -> None:
        text(self.supplier, "quote.supplier")
        text(self.sku, "quote.sku")
        if not isinstance(self.price, Price):
            raise BadInput("quote.price", "a Price is wanted")
        if self.since is not None:
            object.__setattr__(self, "since", instant(self.since, "quote.since"))


@attrs.frozen
class SettlementRow:
    """What a period has changed for one reason: `n` units more, and `amount` that the party owes.

    Both may be below zero: so many units fewer, and we owe the party. A row is of an order and a
    line of it, or of the order as a whole, or of money alone. `document` is the payment, the parcel
    or the purchase that it is about; `bearer` is who bears a discount.
    """

    reason: Reason
    order: str
    line: str
    document: str
    bearer: str
    n: int
    amount: int


@attrs.frozen
class PartySettled:
    """What one party owed us at the beginning, the rows since then, and what it owes at the end.

    Below zero we owe the party. `waiting` is what it will owe besides, or we, when the units that
    are still under way, or may still be returned, are kept.
    """

    role: Role
    party: str
    currency: str
    opening: int
    rows: tuple[SettlementRow, ...]
    closing: int
    waiting: int = 0


@attrs.frozen
class Settlement:
    """What everybody and we owe each other from `since` until `until` (excluded).

    Parties stand by role, id and currency; one of whom nothing is open and nothing changed is left
    out.
    """

    since: datetime
    until: datetime
    parties: tuple[PartySettled, ...]

    def of(self, role: Role, party: str, currency: str) -> PartySettled | None:
        """One party in one currency, `None` where it is left out."""
        for one in self.parties:
            if (one.role, one.party, one.currency) == (role, party, currency):
                return one
        return None

"""A customer sends back what he has paid at the door, while the carrier still has the cash."""

from __future__ import annotations

from datetime import timedelta

import attrs
import pytest

from orderflow import CashBack, Money, PayingBack
from orderflow.ledger import of_order
from orderflow.ledger import text as ledger_text
from orderflow.proposals import text
from orderflow.settlement import Role
from tests.builders import LAMP, MORNING, TWO_PLACES, Shop, eur

PROPOSED = """\
Proposal for order o-17, in EUR

Line 1: 1 x BRASS-LAMP given up
  Goods                                                           -10.00
Owed back                                                          10.00
  of cash-1, by transfer                                           10.00
"""

STATED = """\
Order o-17 of c-7, in EUR

                  what                                   cost         paid      balance
2026-03-02 09:00  place o-17                            30.00                     30.00
2026-03-02 09:00  collect on delivery cash-1                         30.00         0.00
2026-03-03 09:00  inspect o-17                         -10.00                    -10.00
2026-03-03 09:00  confirm refund cash-1                             -10.00         0.00

Nothing is open                                                                    0.00
"""


@pytest.mark.feature("F230", "F231")
def test_cash_is_transferred_back_while_the_carrier_still_owes_all_of_it(any_shop: Shop) -> None:
    rule = PayingBack(cash=CashBack.TRANSFER)
    shop = any_shop.under(attrs.evolve(TWO_PLACES, paying_back=rule))
    shop.stock(LAMP, "leith", 3)
    shop.sell("o-17", (LAMP, 3), cash_on_delivery=True)
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")
    shop.hand_over("p-1", "sf-express", "SF-1")
    shop.deliver("p-1")
    shop.collect_on_delivery("cash-1", "o-17", eur(3000))
    shop.clock.forward(days=1)
    foreseen = shop.propose_return("o-17", (("1", 1),), "too bright")
    shop.ask_return("r-1", "o-17", (("1", 1),), "too bright")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")

    proposal = shop.propose("o-17")

    assert text(proposal) == PROPOSED
    assert (proposal.owed, proposal.plan) == (foreseen.owed, foreseen.plan)
    assert shop.codes(proposal.confirm()) == ["cash_to_payee"]
    shop.apply(proposal.confirm("account-c-7"))
    payment = shop.payment("cash-1")
    assert (payment.state, payment.refunded, payment.with_carrier) == ("collected", 1000, 3000)
    stated = of_order(shop.postings(), "o-17")
    assert stated is not None
    assert ledger_text(stated) == STATED

    shop.remit("cash-1", eur(3000), Money.of("0.90", "EUR"))

    payment = shop.payment("cash-1")
    assert (payment.with_carrier, payment.fees) == (0, 90)
    settled = shop.settlement(MORNING, MORNING + timedelta(days=9))
    bank = settled.of(Role.FINANCE, "cash on delivery", "EUR")
    assert bank is not None
    assert bank.closing == 3000 - 1000 - 90
    shop.complete("o-17")

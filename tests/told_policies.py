"""What each policy of returns comes to, worked out by hand and held against what is paid back."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Final, NamedTuple

import attrs

from orderflow import ChargeKind, NewCharge, Reason, Rules, Verdict, Way
from orderflow.adapters.memory import MemoryStore
from orderflow.paid_back import Deduction, FreightBack, LostValue, Refunding, RestockingFee
from orderflow.pricing import due
from orderflow.reasons import Fault
from orderflow.thresholds import Terms, Unmet
from tests.builders import BELL, LAMP, TWO_PLACES, Shop, eur, line


class ToldPolicy(NamedTuple):
    """What is asked under a policy, what comes to go back by hand, and what does."""

    policy: str
    what: str
    by_hand: str
    ours: Callable[[], str]


DULL: Final = Reason("dull", Fault.CUSTOMER, tuple(Way))
FAULTY: Final = Reason("faulty", Fault.SELLER, tuple(Way))
BY_LAW: Final = Reason("by law", Fault.NOBODY, tuple(Way), statutory=True)


def sold(refunding: Refunding, n: int, price: str, *charges: NewCharge) -> Shop:
    """Order o-17 of so many lamps at a price, paid for and delivered."""
    rules: Rules = attrs.evolve(
        TWO_PLACES, refunding=refunding, reasons=(DULL, FAULTY, BY_LAW), replace_before_return=True
    )
    shop = Shop(MemoryStore(), rules)
    shop.stock(LAMP, "leith", n)
    shop.sell("o-17", line("1", LAMP, n, price), charges=charges)
    shop.allocate("o-17")
    shop.ship("o-17", "p-1")
    shop.deliver("p-1")
    return shop


def back(shop: Shop, *steps: int, reason: Reason = DULL, verdict: Verdict = Verdict.SOUND) -> str:
    """So many lamps come back, one return after the other; what each of them brings."""
    said: list[str] = []
    for i, n in enumerate(steps):
        before = due(shop.order("o-17"))
        shop.ask_return(f"r-{i}", "o-17", (("1", n),), reason.code)
        shop.receive_return(f"r-{i}", "leith")
        shop.inspect(f"r-{i}", (("1", n, verdict),))
        said.append(coins(before - due(shop.order("o-17"))))
    return ", ".join(said)


def coins(amount: int) -> str:
    sign = "-" if amount < 0 else ""
    return f"{sign}{abs(amount) // 100}.{abs(amount) % 100:02}"


# --- thresholds -----------------------------------------------------------------------------------


def ten_percent(unmet: Unmet, reason: Reason = DULL) -> str:
    off = NewCharge(ChargeKind.DISCOUNT, -3_000, terms=Terms(least=30_000))
    return back(sold(Refunding(unmet), 6, "50.00", off), 5, reason=reason)


def two_hundred(unmet: Unmet) -> str:
    off = NewCharge(ChargeKind.DISCOUNT, -20_000, terms=Terms(least=30_000))
    return back(sold(Refunding(unmet), 6, "50.00", off), 1)


def three_for_two(unmet: Unmet) -> str:
    off = NewCharge(ChargeKind.DISCOUNT, -1_000, terms=Terms(units=3))
    return back(sold(Refunding(unmet), 3, "10.00", off), 1)


def forty_off_each(*steps: int) -> str:
    """满300减40, given twice on 700.00; what all steps bring together."""
    off = NewCharge(ChargeKind.DISCOUNT, -8_000, terms=Terms(least=30_000, times=2))
    shop = sold(Refunding(Unmet.CLAW_BACK), 7, "100.00", off)
    back(shop, *steps)
    return coins(-due(shop.order("o-17")))


def free_freight(reason: Reason) -> str:
    freight = NewCharge(ChargeKind.FREIGHT, 800)
    off = NewCharge(ChargeKind.FREIGHT, -800, terms=Terms(least=10_000))
    return back(sold(Refunding(Unmet.CLAW_BACK), 2, "60.00", freight, off), 1, reason=reason)


def exchanged(reason: Reason) -> str:
    """One of six is exchanged for a bell at 45.00: what the five cost, and what is owed in all."""
    off = NewCharge(ChargeKind.DISCOUNT, -3_000, terms=Terms(least=30_000))
    shop = sold(Refunding(Unmet.CLAW_BACK), 6, "50.00", off)
    shop.stock(BELL, "leith", 1)
    new = (line("1", BELL, 1, "45.00"),)
    shop.ask_exchange("x-1", "o-17", "r-1", (("1", 1),), new, reason.code)
    shop.approve_exchange("x-1")
    shop.send_replacement("x-1", "o-18")
    shop.receive_return("r-1", "leith")
    shop.inspect("r-1")
    old, anew = shop.order("o-17"), shop.order("o-18")
    return f"{coins(old.applied + due(old))}, {coins(due(old) + due(anew))}"


# --- freight, fees and postage --------------------------------------------------------------------


def freight(how: FreightBack) -> str:
    shop = sold(
        Refunding(freight=((Fault.CUSTOMER, how),)),
        2,
        "10.00",
        NewCharge(ChargeKind.FREIGHT, 2_000),
    )
    return back(shop, 1, 1)


def of_forty(refunding: Refunding, reason: Reason = DULL, verdict: Verdict = Verdict.SOUND) -> str:
    return back(sold(refunding, 1, "40.00"), 1, reason=reason, verdict=verdict)


FEE: Final = Refunding(restocking=(RestockingFee(Deduction(Decimal(15)), conditions=("second",)),))
DEAR: Final = Refunding(restocking=(RestockingFee(Deduction(amounts=(eur(5_000),))),))
LOST: Final = Refunding(
    restocking=(RestockingFee(Deduction(Decimal(15))),),
    lost_value=(LostValue("damaged", Deduction(Decimal(40))),),
)
POSTAGE: Final = Refunding(postage=(eur(500),))

SIX: Final = "six at 50.00 less 10 % from 300.00 on: five back"
SIX_LESS: Final = "six at 50.00 less 200.00 from 300.00 on: one back"
THREE: Final = "three at 10.00 for the price of two: one back"
TWO: Final = "two at 10.00 and freight of 20.00: one back, then the other"

TOLD_POLICIES: Final = (
    ToldPolicy("`Unmet.KEEP`", SIX, "225.00", lambda: ten_percent(Unmet.KEEP)),
    ToldPolicy("`Unmet.CLAW_BACK`", SIX, "220.00", lambda: ten_percent(Unmet.CLAW_BACK)),
    ToldPolicy("`Unmet.CAP`", SIX, "220.00", lambda: ten_percent(Unmet.CAP)),
    ToldPolicy(
        "`Unmet.CLAW_BACK`",
        "the same, faulty",
        "225.00",
        lambda: ten_percent(Unmet.CLAW_BACK, FAULTY),
    ),
    ToldPolicy("`Unmet.KEEP`", SIX_LESS, "16.67", lambda: two_hundred(Unmet.KEEP)),
    ToldPolicy("`Unmet.CLAW_BACK`", SIX_LESS, "-150.00", lambda: two_hundred(Unmet.CLAW_BACK)),
    ToldPolicy("`Unmet.CAP`", SIX_LESS, "0.00", lambda: two_hundred(Unmet.CAP)),
    ToldPolicy("`Unmet.KEEP`", THREE, "6.67", lambda: three_for_two(Unmet.KEEP)),
    ToldPolicy("`Unmet.CLAW_BACK`", THREE, "0.00", lambda: three_for_two(Unmet.CLAW_BACK)),
    ToldPolicy(
        "`Unmet.CLAW_BACK`",
        "seven at 100.00 less 40.00 for each 300.00: two back, at once and one by one",
        "160.00, 160.00",
        lambda: f"{forty_off_each(2)}, {forty_off_each(1, 1)}",
    ),
    ToldPolicy(
        "`Unmet.CLAW_BACK`",
        "two at 60.00, freight of 8.00 free from 100.00 on: one back as dull, as faulty, by law",
        "52.00, 60.00, 60.00",
        lambda: ", ".join(free_freight(why) for why in (DULL, FAULTY, BY_LAW)),
    ),
    ToldPolicy(
        "`Unmet.CLAW_BACK`",
        "six at 50.00 less 10 %: one is exchanged for another at 45.00, as dull; as faulty: "
        "what the five cost, and what is due in all",
        "250.00, 25.00; 225.00, 0.00",
        lambda: f"{exchanged(DULL)}; {exchanged(FAULTY)}",
    ),
    ToldPolicy("`FreightBack.NONE`", TWO, "10.00, 10.00", lambda: freight(FreightBack.NONE)),
    ToldPolicy("`FreightBack.ALL`", TWO, "30.00, 10.00", lambda: freight(FreightBack.ALL)),
    ToldPolicy(
        "`FreightBack.PRO_RATA`", TWO, "20.00, 20.00", lambda: freight(FreightBack.PRO_RATA)
    ),
    ToldPolicy("`FreightBack.LAST`", TWO, "10.00, 30.00", lambda: freight(FreightBack.LAST)),
    ToldPolicy(
        "`RestockingFee`",
        "15 % of second goods: one at 40.00 back as sound, as second, as second by the seller's "
        "fault, as second by law",
        "40.00, 34.00, 40.00, 40.00",
        lambda: ", ".join(
            (
                of_forty(FEE),
                of_forty(FEE, verdict=Verdict.SECOND),
                of_forty(FEE, FAULTY, Verdict.SECOND),
                of_forty(FEE, BY_LAW, Verdict.SECOND),
            )
        ),
    ),
    ToldPolicy(
        "`RestockingFee`", "50.00 a unit: one at 40.00 back", "0.00", lambda: of_forty(DEAR)
    ),
    ToldPolicy(
        "`LostValue`",
        "damaged goods lose 40 %, and 15 % is kept besides: one at 40.00 back as dull, "
        "by law, by the seller's fault",
        "18.00, 24.00, 40.00",
        lambda: ", ".join(of_forty(LOST, why, Verdict.DAMAGED) for why in (DULL, BY_LAW, FAULTY)),
    ),
    ToldPolicy(
        "`Refunding.postage`",
        "a label for 5.00: one at 40.00 back as dull, by law, by the seller's fault",
        "35.00, 35.00, 40.00",
        lambda: ", ".join(of_forty(POSTAGE, why) for why in (DULL, BY_LAW, FAULTY)),
    ),
)
"""Each policy, with what we answer."""

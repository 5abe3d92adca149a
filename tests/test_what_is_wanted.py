"""What the rules of returns and refunds want, in the words that their host reads."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any, Final

import pytest

from orderflow import BadInput, Compensable, Fault, Money, Reason, Rules, Verdict, Way
from orderflow.compensations import checked_compensables
from orderflow.conditions import Condition, Fate
from orderflow.inspecting import judged
from orderflow.paid_back import (
    Deduction,
    FreightBack,
    GiftWorth,
    LostValue,
    Refunding,
    RestockingFee,
)
from orderflow.proving import checked_evidence
from orderflow.reasons import FAULTY, checked_reasons
from orderflow.thresholds import Terms
from orderflow.windows import Window
from tests.builders import MORNING, eur

TEN: Final = Deduction(Decimal(10))
NAIVE: Final = MORNING.replace(tzinfo=None)


def wrong(said: str, make: Callable[..., object], *args: Any, **more: Any) -> Any:
    """What cannot be made, with what its host is told."""
    return pytest.param(partial(make, *args, **more), said, id=said)


WRONG: Final = (
    wrong("condition.code: must not be empty", Condition, "", Fate.SHELF),
    wrong(
        "condition worn.fate: one of shelf, quarantine, repair, damaged, write off, supplier, "
        "reject is wanted",
        Condition,
        "worn",
        "shelf",
    ),
    wrong("condition worn.grade: text is wanted, not int", Condition, "worn", Fate.SHELF, 5),
    wrong(
        "condition worn.grade: only goods on the shelf have one",
        Condition,
        "worn",
        Fate.DAMAGED,
        "second",
    ),
    wrong(
        "condition worn.grade: damaged is a fate, and no grade to be sold in",
        Condition,
        "worn",
        Fate.SHELF,
        "damaged",
    ),
    wrong("reason.code: must not be empty", Reason, ""),
    wrong(
        "reason dull.fault: one of customer, seller, carrier, nobody is wanted",
        Reason,
        "dull",
        "seller",
    ),
    wrong(
        "reason dull.ways: a tuple of at least one Way is wanted", Reason, "dull", ways=[Way.RETURN]
    ),
    wrong("reason dull.ways: a tuple of at least one Way is wanted", Reason, "dull", ways=()),
    wrong(
        "reason dull.ways: some of return, exchange, reissue, refund, repair, support are wanted",
        Reason,
        "dull",
        ways=("return",),
    ),
    wrong("reason dull.ways: return comes twice", Reason, "dull", ways=(Way.RETURN, Way.RETURN)),
    wrong("reason dull.evidence: -1 is not between 0 and 20", Reason, "dull", evidence=-1),
    wrong("reason dull.evidence: 21 is not between 0 and 20", Reason, "dull", evidence=21),
    wrong("reason dull.statutory: true or false is wanted", Reason, "dull", statutory="yes"),
    wrong(
        "reason dull.statutory: is nobody's fault and needs no evidence",
        Reason,
        "dull",
        Fault.CUSTOMER,
        statutory=True,
    ),
    wrong(
        "reason dull.statutory: is nobody's fault and needs no evidence",
        Reason,
        "dull",
        Fault.NOBODY,
        evidence=1,
        statutory=True,
    ),
    wrong("reason dull.window: a Window is wanted", Reason, "dull", window=7),
    wrong("reasons: a tuple of Reason is wanted", checked_reasons, [FAULTY]),
    wrong("reasons: a tuple of Reason is wanted", checked_reasons, ("faulty",)),
    wrong("reasons: faulty comes twice", checked_reasons, (FAULTY, FAULTY)),
    wrong("window.days: -1 is not between 0 and 3660", Window, -1, "UTC"),
    wrong("window.days: 3661 is not between 0 and 3660", Window, 3_661, "UTC"),
    wrong("window.zone: text is wanted, not int", Window, 7, 5),
    wrong("window.zone: there is no time zone 'Mars/Base'", Window, 7, "Mars/Base"),
    wrong("window.starts: one of parcel, last parcel, order is wanted", Window, 7, "UTC", "parcel"),
    wrong("window.last_day: one of inside, outside is wanted", Window, 7, "UTC", last_day="inside"),
    wrong("window.rolls_on: a Calendar is wanted", Window, 7, "UTC", rolls_on="holidays"),
    wrong(
        "began: the time has no time zone", Window(7, "UTC").closing, MORNING.replace(tzinfo=None)
    ),
    wrong("terms.least: an amount or a number of units is wanted", Terms),
    wrong("terms.least: -1 is not between 0 and 1000000000000000", Terms, -1),
    wrong("terms.units: -1 is not between 0 and 1000000000", Terms, 1, units=-1),
    wrong("terms.times: 0 is not between 1 and 1000000000000000", Terms, 1, times=0),
    wrong("terms.listed: true or false is wanted", Terms, 1, listed=1),
    wrong("terms.lines: a tuple of lines is wanted", Terms, 1, lines=["1"]),
    wrong("terms.lines: must not be empty", Terms, 1, lines=("",)),
    wrong("terms.lines: 1 comes twice", Terms, 1, lines=("1", "1")),
    wrong("terms.unmet: one of keep, claw back, cap is wanted", Terms, 1, unmet="keep"),
    wrong("deduction.percent: a plain decimal number is wanted", Deduction, "ten"),
    wrong("deduction.percent: from 0 to 100 is wanted", Deduction, Decimal(-1)),
    wrong("deduction.percent: from 0 to 100 is wanted", Deduction, Decimal(101)),
    wrong("deduction.percent: a percentage or an amount is wanted", Deduction),
    wrong(
        "deduction.amounts: a tuple of Money is wanted, one a currency", Deduction, amounts=[eur(1)]
    ),
    wrong(
        "deduction.amounts[0]: 0 is not between 1 and 1000000000000000",
        Deduction,
        amounts=(eur(0),),
    ),
    wrong("deduction.amounts: EUR comes twice", Deduction, amounts=(eur(1), eur(2))),
    wrong("restocking.fee: a Deduction is wanted", RestockingFee, 10),
    wrong("restocking.reasons: a tuple of names is wanted", RestockingFee, TEN, ["dull"]),
    wrong("restocking.reasons: must not be empty", RestockingFee, TEN, ("",)),
    wrong("restocking.reasons: dull comes twice", RestockingFee, TEN, ("dull", "dull")),
    wrong(
        "restocking.conditions: a tuple of names is wanted", RestockingFee, TEN, conditions=["worn"]
    ),
    wrong("restocking.conditions: must not be empty", RestockingFee, TEN, conditions=("",)),
    wrong("lost_value.condition: must not be empty", LostValue, "", TEN),
    wrong("lost_value.loss: a Deduction is wanted", LostValue, "worn", 10),
    wrong("gifts.sku: must not be empty", GiftWorth, "", (eur(1),)),
    wrong(
        "gifts.amounts: a tuple of Money is wanted, one a currency",
        GiftWorth,
        "SHIP-BELL",
        [eur(1)],
    ),
    wrong("refunding.unmet: one of keep, claw back, cap is wanted", Refunding, unmet="keep"),
    wrong(
        "refunding.freight: a tuple of pairs of Fault and FreightBack is wanted",
        Refunding,
        freight=[],
    ),
    wrong(
        "refunding.freight[0]: a pair of Fault and FreightBack is wanted",
        Refunding,
        freight=(Fault.SELLER,),
    ),
    wrong(
        "refunding.freight[0]: a pair of Fault and FreightBack is wanted",
        Refunding,
        freight=((Fault.SELLER,),),
    ),
    wrong(
        "refunding.freight[0]: a pair of Fault and FreightBack is wanted",
        Refunding,
        freight=(("seller", FreightBack.ALL),),
    ),
    wrong(
        "refunding.freight[0]: a pair of Fault and FreightBack is wanted",
        Refunding,
        freight=((Fault.SELLER, "all"),),
    ),
    wrong(
        "refunding.freight: seller comes twice",
        Refunding,
        freight=((Fault.SELLER, FreightBack.ALL), (Fault.SELLER, FreightBack.NONE)),
    ),
    wrong(
        "refunding.postage: a tuple of Money is wanted, one a currency", Refunding, postage=[eur(1)]
    ),
    wrong("refunding.postage_by: a tuple of Fault is wanted", Refunding, postage_by=[Fault.NOBODY]),
    wrong("refunding.postage_by: a tuple of Fault is wanted", Refunding, postage_by=("nobody",)),
    wrong(
        "refunding.postage_by: the customer pays for no fault of the seller or the carrier",
        Refunding,
        postage_by=(Fault.NOBODY, Fault.SELLER),
    ),
    wrong(
        "refunding.postage_by: the customer pays for no fault of the seller or the carrier",
        Refunding,
        postage_by=(Fault.CARRIER,),
    ),
    wrong(
        "refunding.postage_by: nobody comes twice",
        Refunding,
        postage_by=(Fault.NOBODY, Fault.NOBODY),
    ),
    wrong(
        "refunding.restocking: a tuple of RestockingFee is wanted",
        Refunding,
        restocking=[RestockingFee(TEN)],
    ),
    wrong("refunding.restocking: a tuple of RestockingFee is wanted", Refunding, restocking=(TEN,)),
    wrong(
        "refunding.lost_value: a tuple of LostValue is wanted",
        Refunding,
        lost_value=[LostValue("worn", TEN)],
    ),
    wrong(
        "refunding.lost_value: worn comes twice",
        Refunding,
        lost_value=(LostValue("worn", TEN), LostValue("worn", TEN)),
    ),
    wrong("refunding.gifts: a tuple of GiftWorth is wanted", Refunding, gifts=(TEN,)),
    wrong(
        "refunding.gifts: BELL comes twice",
        Refunding,
        gifts=(GiftWorth("BELL", (eur(1),)), GiftWorth("BELL", (eur(2),))),
    ),
    wrong(
        "refunding.points: a tuple of Money is wanted, one a currency", Refunding, points=[eur(1)]
    ),
    wrong("refunding.coupons: true or false is wanted", Refunding, coupons="yes"),
    wrong("compensable.reason: must not be empty", Compensable, ""),
    wrong("compensable late.percent: -1 is not between 0 and 10000", Compensable, "late", -1),
    wrong(
        "compensable late.percent: 10001 is not between 0 and 10000", Compensable, "late", 10_001
    ),
    wrong("compensable late.bearer: text is wanted, not int", Compensable, "late", 30, bearer=5),
    wrong("compensable late.least: Money above zero is wanted", Compensable, "late", 30, least=500),
    wrong(
        "compensable late.most: Money above zero is wanted", Compensable, "late", 30, most=eur(0)
    ),
    wrong(
        "compensable late.most: without a percentage, this alone is the limit", Compensable, "late"
    ),
    wrong(
        "compensable late.most: without a percentage, this alone is the limit",
        Compensable,
        "late",
        least=eur(5),
        most=eur(9),
    ),
    wrong("compensable late.most: is not in EUR", Compensable, "late", 3, eur(5), Money(9, "CNY")),
    wrong("compensable late.most: is less than the least", Compensable, "late", 3, eur(9), eur(5)),
    wrong(
        "compensable: a tuple of Compensable is wanted",
        checked_compensables,
        [Compensable("late", 3)],
    ),
    wrong("compensable: a tuple of Compensable is wanted", checked_compensables, ("late",)),
    wrong(
        "compensable: late comes twice",
        checked_compensables,
        (Compensable("late", 3), Compensable("late", 4)),
    ),
    wrong("verdicts: triples of line, quantity and verdict are wanted", judged, "sound", Rules()),
    wrong("verdicts[0]: a triple of line, quantity and verdict is wanted", judged, (5,), Rules()),
    wrong(
        "verdicts[0]: a triple of line, quantity and verdict is wanted",
        judged,
        (("1", 1),),
        Rules(),
    ),
    wrong("verdicts[0].line: must not be empty", judged, (("", 1, Verdict.SOUND),), Rules()),
    wrong(
        "verdicts[0].quantity: 0 is not between 1 and 1000000000",
        judged,
        (("1", 0, Verdict.SOUND),),
        Rules(),
    ),
    wrong(
        "verdicts[1].verdict: a Verdict is wanted, or a condition of the rules: they have none",
        judged,
        (("1", 1, Verdict.SOUND), ("1", 1, "worn")),
        Rules(),
    ),
    wrong(
        "verdicts[0].verdict: a Verdict is wanted, or a condition of the rules: they have none",
        judged,
        (("1", 1, 5),),
        Rules(),
    ),
    wrong("evidence: a tuple of at most 20 references is wanted", checked_evidence, "pic-1"),
    wrong("evidence[1]: must not be empty", checked_evidence, ("pic-1", "")),
    wrong("evidence: pic-1 comes twice", checked_evidence, ("pic-1", "pic-1")),
    wrong(
        "evidence: a tuple of at most 20 references is wanted",
        checked_evidence,
        tuple(str(i) for i in range(21)),
    ),
)


@pytest.mark.parametrize(("make", "said"), WRONG)
def test_a_rule_that_cannot_be_says_where_it_is_wrong_and_what_is_wanted(
    make: Callable[[], object], said: str
) -> None:
    with pytest.raises(BadInput) as bad:
        make()

    assert str(bad.value) == said

"""Claims on carriers: what was lost, damaged or late, what the carrier owes for it, and silence."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Final

import attrs
import pytest

from orderflow import Money, Patience, Rules
from orderflow import verbs as v
from orderflow.ledger import ClaimAccount, balances
from orderflow.records import ClaimCause, MatterKind
from orderflow.settlement import Reason, Role
from orderflow.states import CarrierClaimState
from tests.builders import LAMP, LEITH, MORNING, YORK, Shop, eur

S: Final = CarrierClaimState
LOST, DAMAGED, LATE = ClaimCause
FAR: Final = MORNING + timedelta(days=400)
PATIENT: Final = Rules(locations=(LEITH, YORK), patience=Patience())


def shipped(shop: Shop) -> Shop:
    """Order o-17 of two lamps is on its way in parcel p-1 of acme."""
    shop.stock(LAMP, "leith", 10)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")
    shop.hand_over("p-1", "acme", "A-1")
    return shop


def stands(shop: Shop) -> tuple[int, int, int]:
    """What was made good in all, is owed, and has come, by the ledger."""
    found = balances(shop.postings())
    recovered, claimed, paid_in = (found.get(("EUR", one), 0) for one in ClaimAccount)
    return recovered, claimed, paid_in


@pytest.mark.feature("F221")
def test_a_lost_parcel_is_claimed_accepted_in_part_and_paid(any_shop: Shop) -> None:
    shop = shipped(any_shop)
    shop.lose("p-1")
    asked = shop.claim_on_carrier("n-1", "p-1", eur(2000), LOST, "never seen again").document
    assert (asked.state, asked.carrier, asked.orders) == (S.ASKED, "acme", ("o-17",))
    assert stands(shop) == (0, 0, 0), "it owes nothing yet"

    shop.accept_carrier_claim("n-1", eur(1500))
    assert stands(shop) == (-1500, 1500, 0)
    shop.record_claim_payment("n-1", eur(1500))

    claim = shop.carrier_claim("n-1")
    assert (claim.state, claim.accepted, claim.paid, claim.owed) == (S.PAID, 1500, 1500, 0)
    assert stands(shop) == (-1500, 0, 1500)
    assert shop.parcel("p-1").claims == ("n-1",)
    assert shop.matter(MatterKind.CARRIER, LAMP) == 2
    shop.assert_lawful()


@pytest.mark.feature("F221")
@pytest.mark.parametrize("paid", (900, 2500))
def test_what_a_carrier_pays_counts_and_not_what_it_had_agreed_to(shop: Shop, paid: int) -> None:
    shipped(shop).claim_on_carrier("n-1", "p-1", eur(2000), LATE)
    shop.accept_carrier_claim("n-1")

    shop.record_claim_payment("n-1", eur(paid))

    assert stands(shop) == (-paid, 0, paid)
    shop.assert_lawful()


def test_a_carrier_that_pays_without_a_word_has_paid(shop: Shop) -> None:
    shipped(shop).claim_on_carrier("n-1", "p-1", eur(2000), DAMAGED)

    shop.record_claim_payment("n-1", eur(2000))

    assert stands(shop) == (-2000, 0, 2000)


@pytest.mark.feature("F221")
def test_the_settlement_with_a_carrier_tells_its_claims(any_shop: Shop) -> None:
    shop = shipped(any_shop)
    shop.claim_on_carrier("n-1", "p-1", eur(2000), LATE)
    (acme,) = [one for one in shop.settlement(MORNING, FAR).parties if one.role is Role.CARRIER]
    assert (acme.party, acme.closing, acme.waiting) == ("acme", 0, 2000)

    shop.accept_carrier_claim("n-1", eur(1200))
    (acme,) = [one for one in shop.settlement(MORNING, FAR).parties if one.role is Role.CARRIER]
    assert (acme.closing, acme.waiting) == (1200, 0)
    shop.record_claim_payment("n-1", eur(1200))

    settled = shop.settlement(MORNING, FAR).parties
    (acme,) = [one for one in settled if one.role is Role.CARRIER]
    assert [(row.reason, row.amount, row.document) for row in acme.rows] == [
        (Reason.CLAIMED, 1200, "n-1"),
        (Reason.CLAIM_PAID, -1200, "n-1"),
    ]
    (bank,) = [one for one in settled if one.party == "claims"]
    assert bank.closing == 1200


# --- what cannot be claimed -----------------------------------------------------------------------


def test_only_what_has_left_is_claimed_and_only_what_is_lost_as_lost(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-1")

    for cause in ClaimCause:
        call = v.claim_on_carrier.on("n-1", "p-1", eur(1), cause)
        assert shop.codes(call) == ["not_to_be_claimed"]
    shop.hand_over("p-1", "acme")
    assert shop.refuses(v.claim_on_carrier.on("n-1", "p-1", eur(1), LOST)) == (
        "parcel p-1 is shipped: nothing of it can be claimed as lost"
    )


def test_a_parcel_is_claimed_once_for_each_cause_unless_the_claim_came_to_nothing(
    shop: Shop,
) -> None:
    shipped(shop).claim_on_carrier("n-1", "p-1", eur(2000), LATE)
    again = v.claim_on_carrier.on("n-2", "p-1", eur(2000), LATE)
    assert shop.refuses(again) == "parcel p-1 is claimed as late by n-1"
    shop.claim_on_carrier("n-3", "p-1", eur(500), DAMAGED)

    shop.reject_carrier_claim("n-1", "badly packed")

    shop.apply(again)
    assert shop.parcel("p-1").claims == ("n-1", "n-3", "n-2")


def test_nobody_agrees_to_more_than_was_asked(shop: Shop) -> None:
    shipped(shop).claim_on_carrier("n-1", "p-1", eur(2000), LATE)

    assert shop.codes(v.accept_carrier_claim.on("n-1", eur(2001))) == ["over_claim"]


@pytest.mark.parametrize(
    ("path", "more"),
    (
        ("amount", {"amount": 5}),
        ("amount", {"amount": Money(0, "EUR")}),
        ("cause", {"cause": "lost"}),
    ),
)
def test_what_is_no_claim_is_refused(shop: Shop, path: str, more: dict[str, Any]) -> None:
    shipped(shop)
    wanted: dict[str, Any] = {"amount": eur(5), "cause": LATE, **more}

    assert shop.cannot_take(v.claim_on_carrier.on("n-1", "p-1", **wanted)) == path


def test_a_claim_is_paid_in_its_own_currency(shop: Shop) -> None:
    shipped(shop).claim_on_carrier("n-1", "p-1", eur(5), LATE)

    assert shop.cannot_take(v.record_claim_payment.on("n-1", Money(5, "USD"))) == "amount"


@pytest.mark.feature("F221")
def test_a_claim_for_what_was_found_is_withdrawn_and_nothing_is_owed(any_shop: Shop) -> None:
    shop = shipped(any_shop)
    shop.lose("p-1")
    shop.claim_on_carrier("n-1", "p-1", eur(2000), LOST)
    shop.accept_carrier_claim("n-1")
    shop.deliver("p-1")

    shop.withdraw_carrier_claim("n-1", "it was found")

    assert (shop.carrier_claim("n-1").state, stands(shop)) == (S.WITHDRAWN, (0, 0, 0))
    shop.assert_lawful()


# --- silence --------------------------------------------------------------------------------------


@pytest.mark.feature("F221")
@pytest.mark.parametrize("accepted", (False, True))
def test_a_carrier_that_says_nothing_or_does_not_pay_is_overdue_and_may_pay_late(
    any_shop: Shop, accepted: bool
) -> None:
    shop = shipped(any_shop).under(PATIENT)
    shop.claim_on_carrier("n-1", "p-1", eur(2000), LATE)
    if accepted:
        shop.clock.forward(days=20)
        shop.accept_carrier_claim("n-1")
    assert shop.codes(v.miss_carrier_claim.on("n-1")) == ["in_time"]

    shop.clock.forward(days=30, microseconds=-1)
    assert not claims_due(shop)
    shop.clock.forward(microseconds=1)
    ((who, verb),) = claims_due(shop)
    assert (who, verb) == ("carrier", "miss_carrier_claim")
    shop.miss_carrier_claim("n-1")

    claim = shop.carrier_claim("n-1")
    assert (claim.state, claim.until, claim.owed) == (S.OVERDUE, None, 2000 if accepted else 0)
    assert not claims_due(shop), "a person must ask"
    shop.record_claim_payment("n-1", eur(2000))
    assert stands(shop) == (-2000, 0, 2000)
    shop.assert_lawful()


def claims_due(shop: Shop) -> list[tuple[str, str]]:
    found = [one for one in shop.due(shop.clock.at) if one.ref.kind == "carrier claim"]
    return [(one.who, one.call.verb) for one in found]


def test_without_patience_a_carrier_may_take_its_time(shop: Shop) -> None:
    shop = shipped(shop).under(attrs.evolve(PATIENT, patience=None))
    shop.claim_on_carrier("n-1", "p-1", eur(2000), LATE)

    assert shop.carrier_claim("n-1").until is None
    assert shop.codes(v.miss_carrier_claim.on("n-1")) == ["in_time"]

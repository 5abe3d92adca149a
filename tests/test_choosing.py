"""A carrier is chosen by rule, and each that is not says why."""

from __future__ import annotations

from datetime import UTC, datetime
from itertools import permutations
from typing import Any, Final

import pytest

from orderflow.adapters.carriers import ScriptedCarrier, offers_of
from orderflow.adapters.carriers.desk import Asked
from orderflow.adapters.carriers.scripted import Fault
from orderflow.calls import Ref
from orderflow.choosing import CarrierRule, Choice, Errand, LeftOutFor, Offer, Prefer, choose
from orderflow.errors import BadInput
from orderflow.ports import Quote
from orderflow.records import Parcel
from orderflow.states import ParcelState

VAN: Final = Offer("own van", Quote("day", 700, "EUR", 1))
POST: Final = Offer("north post", Quote("parcel", 450, "EUR", 3))
EXPRESS: Final = Offer("north post", Quote("express", 990, "EUR", 1))
COURIER: Final = Offer("courier", Quote("cash", 800, "EUR", 2))
OFFERS: Final = (VAN, POST, EXPRESS, COURIER)
RULES: Final = (
    CarrierRule("own van", zones=("leith",), collects_cash=True),
    CarrierRule("north post", weight_grams_max=20_000),
    CarrierRule("courier", collects_cash=True),
)


def taken(choice: Choice) -> str:
    return "nobody" if choice.offer is None else choice.offer.quote.service


def reasons(choice: Choice) -> dict[str, tuple[str, ...]]:
    return {
        one.offer.quote.service: tuple(reason.name for reason in one.reasons)
        for one in choice.left_out
    }


@pytest.mark.feature("F201")
@pytest.mark.parametrize(
    ("prefer", "service"), ((Prefer.CHEAPEST, "parcel"), (Prefer.FASTEST, "day"))
)
def test_the_cheapest_or_the_fastest_is_taken(prefer: Prefer, service: str) -> None:
    assert taken(choose(Errand("leith"), OFFERS, RULES, prefer)) == service


@pytest.mark.feature("F203")
def test_our_own_van_goes_only_where_its_rule_says() -> None:
    choice = choose(Errand("york"), OFFERS, RULES, Prefer.FASTEST)

    assert (taken(choice), reasons(choice)) == ("express", {"day": ("ZONE",)})


@pytest.mark.feature("F177", "F201")
def test_cash_is_collected_by_who_collects_cash() -> None:
    choice = choose(Errand("york", cash=True), OFFERS, RULES)

    assert taken(choice) == "cash"
    assert reasons(choice) == {
        "day": ("ZONE",),
        "parcel": ("NO_CASH",),
        "express": ("NO_CASH",),
    }


@pytest.mark.feature("F202")
def test_what_the_customer_chooses_leaves_out_everybody_else() -> None:
    choice = choose(Errand("leith", carrier="courier"), OFFERS, RULES)

    assert taken(choice) == "cash"
    assert set(reasons(choice).values()) == {("NOT_CHOSEN",)}
    assert taken(choose(Errand("leith", service="express"), OFFERS, RULES)) == "express"


@pytest.mark.feature("F202")
def test_where_the_customers_choice_cannot_be_kept_a_person_decides() -> None:
    choice = choose(Errand("york", carrier="own van"), OFFERS, RULES)

    assert taken(choice) == "nobody"
    assert reasons(choice)["day"] == ("ZONE",)


def test_every_reason_is_told_at_once() -> None:
    choice = choose(Errand("york", 30_000, cash=True, carrier="courier"), (POST,), RULES)

    assert reasons(choice) == {"parcel": ("NOT_CHOSEN", "TOO_HEAVY", "NO_CASH")}


@pytest.mark.parametrize(
    ("rule", "errand", "reason"),
    (
        (CarrierRule("north post", weight_grams_max=999), Errand(weight_grams=1000), "TOO_HEAVY"),
        (CarrierRule("north post", amount_max=449), Errand(), "TOO_DEAR"),
        (CarrierRule("north post", days_max=2), Errand(), "TOO_SLOW"),
        (CarrierRule("north post"), Errand(days_max=2), "TOO_SLOW"),
        (CarrierRule("south post"), Errand(), "NO_RULE"),
    ),
)
def test_a_limit_leaves_out_what_is_beyond_it(
    rule: CarrierRule, errand: Errand, reason: str
) -> None:
    assert reasons(choose(errand, (POST,), (rule,))) == {"parcel": (reason,)}


@pytest.mark.parametrize(
    ("rule", "errand"),
    (
        (CarrierRule("north post", weight_grams_max=1000), Errand(weight_grams=1000)),
        (CarrierRule("north post", amount_max=450), Errand()),
        (CarrierRule("north post", days_max=3), Errand(days_max=3)),
    ),
)
def test_a_limit_itself_is_allowed(rule: CarrierRule, errand: Errand) -> None:
    assert taken(choose(errand, (POST,), (rule,))) == "parcel"


def test_the_order_of_offers_and_rules_decides_nothing() -> None:
    twin = Offer("courier", Quote("also", 450, "EUR", 3))
    choices = {
        (
            choose(Errand("leith"), offers, rules).offer,
            choose(Errand("leith"), offers, rules).others,
        )
        for offers in permutations((*OFFERS, twin))
        for rules in permutations(RULES)
    }

    assert len(choices) == 1
    assert choices.pop()[0] == twin  # of equal price and days, by name


def test_without_offers_nobody_is_chosen() -> None:
    assert choose(Errand(), (), RULES) == Choice(None, (), ())


def test_prices_in_several_currencies_are_not_compared() -> None:
    dollars = Offer("courier", Quote("cash", 1, "USD", 1))

    with pytest.raises(BadInput, match="one currency"):
        choose(Errand(), (POST, dollars), RULES)
    with pytest.raises(BadInput, match="one rule"):
        choose(Errand(), (POST,), (*RULES, RULES[0]))


@pytest.mark.parametrize(
    "wrong",
    (
        lambda: CarrierRule(""),
        lambda: CarrierRule("x", zones=("",)),
        lambda: CarrierRule("x", weight_grams_max=-1),
        lambda: CarrierRule("x", days_max=True),
        lambda: CarrierRule("x", collects_cash=1),  # type: ignore[arg-type]  # that is refused
        lambda: Errand(weight_grams=-1),
        lambda: Errand(cash="yes"),  # type: ignore[arg-type]  # that is refused
        lambda: Errand(days_max=-1),
        lambda: Offer("", POST.quote),
        lambda: Offer("x", 450),  # type: ignore[arg-type]  # that is refused
    ),
)
def test_a_rule_that_means_nothing_is_refused(wrong: Any) -> None:
    with pytest.raises(BadInput):
        wrong()


def test_each_reason_says_why_in_words() -> None:
    assert all(reason.value for reason in LeftOutFor)


# --- who is asked ---------------------------------------------------------------------------------


def clock() -> datetime:
    return datetime(2026, 3, 2, 9, tzinfo=UTC)


PARCEL: Final = Parcel(Ref("", "parcel", "p-1"), ParcelState.PACKED, ("o-17",), "leith", 900)


def test_carriers_that_give_no_answer_are_named() -> None:
    post = ScriptedCarrier("north post", clock, (POST.quote, EXPRESS.quote))
    mute = ScriptedCarrier("courier", clock, (COURIER.quote,))
    mute.fail(Asked.QUOTE, Fault.TIMED_OUT)
    refusing = ScriptedCarrier("south post", clock, (COURIER.quote,))
    refusing.fail(Asked.QUOTE, Fault.REFUSED)

    asked = offers_of({"courier": mute, "north post": post, "south post": refusing}, PARCEL)

    assert (asked.offers, asked.silent) == ((POST, EXPRESS), ("courier", "south post"))

"""Which price a customer has."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any, Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderflow import BadInput, NewLine, NewOrder, Price, Sku
from orderflow.pricing import Book, Buyer, Version, price_of
from tests.builders import Shop

LAMP: Final = Sku("BRASS-LAMP")
DAY: Final = datetime(2026, 11, 11, tzinfo=UTC)
A_DAY: Final = timedelta(days=1)


def version(id: str, price: str = "12.50", currency: str = "EUR", **more: Any) -> Version:
    return Version(id, more.pop("sku", "BRASS-LAMP"), Price.of(price, currency), **more)


def picked(
    *versions: Version,
    n: int = 1,
    at: datetime = DAY,
    agreements: tuple[str, ...] = (),
    tier: str = "",
) -> str | None:
    """The id of the version that counts."""
    found = price_of(Book(versions), LAMP, n, "EUR", at, Buyer(agreements, tier))
    return found.id if found else None


@pytest.mark.parametrize(
    ("changed", "path"),
    (
        ({"book": (version("v"),)}, "book"),
        ({"sku": "BRASS-LAMP"}, "sku"),
        ({"n": 0}, "n"),
        ({"n": 10**30}, "n"),
        ({"currency": "euro"}, "currency"),
        ({"currency": None}, "currency"),
        ({"at": DAY.replace(tzinfo=None)}, "at"),
        ({"buyer": "c-7"}, "buyer"),
        ({"buyer": 0}, "buyer"),
    ),
)
def test_what_is_no_question_about_a_price_is_refused(changed: dict[str, Any], path: str) -> None:
    asked: dict[str, Any] = {"book": Book((version("v"),)), "sku": LAMP, "n": 1, "at": DAY}

    with pytest.raises(BadInput) as refused:
        price_of(**{**asked, "currency": "EUR", **changed})

    assert refused.value.path == path


def test_without_a_version_there_is_no_price() -> None:
    assert picked() is None
    assert picked(version("other", sku="BELL")) is None


def test_the_answer_says_which_version_it_is() -> None:
    found = price_of(Book((version("list-1", "9.90"),)), LAMP, 3, "EUR", DAY)

    assert found is not None
    assert (found.id, found.price.times(3)) == ("list-1", 2970)


def test_the_own_agreement_counts_before_the_tier_and_the_tier_before_the_list() -> None:
    rows = (
        version("list", "10"),
        version("gold", "11", tier="gold"),
        version("acme", "12", agreement="a-1"),
    )

    assert picked(*rows) == "list"
    assert picked(*rows, tier="gold") == "gold"
    assert picked(*rows, tier="silver") == "list"
    assert picked(*rows, tier="gold", agreements=("a-9", "a-1")) == "acme"
    assert picked(*rows, agreements=("a-2",)) == "list"
    assert picked(*rows[1:]) is None


@pytest.mark.parametrize(
    ("n", "id"), ((1, "one"), (9, "one"), (10, "ten"), (11, "ten"), (99, "ten"), (100, "hundred"))
)
def test_the_price_for_the_most_units_that_are_ordered_counts(n: int, id: str) -> None:
    rows = (version("hundred", least=100), version("one"), version("ten", least=10))

    assert picked(*rows, n=n) == id


def test_a_smaller_break_of_the_own_agreement_counts_before_a_larger_one_of_the_list() -> None:
    assert picked(version("list", least=10), version("acme", agreement="a"), n=10) == "list"
    assert (
        picked(version("list", least=10), version("acme", agreement="a"), n=10, agreements=("a",))
        == "acme"
    )


def test_of_several_that_hold_the_latest_counts_and_then_the_last_by_id() -> None:
    old, new = version("z", since=DAY - A_DAY), version("a", since=DAY)

    assert picked(version("zz"), old, new) == "a"
    assert picked(version("b", since=DAY), new) == "b"
    assert picked(new, version("b", since=DAY)) == "b"
    assert picked(version("2"), version("1")) == "2"


def test_a_version_holds_from_its_beginning_until_before_its_end() -> None:
    row = version("v", since=DAY, until=DAY + A_DAY)
    tick = timedelta(microseconds=1)

    found = [picked(row, at=DAY + late) for late in (-tick, 0 * tick, A_DAY - tick, A_DAY)]

    assert found == [None, "v", "v", None]
    assert picked(version("ever"), at=datetime(1, 1, 1, tzinfo=UTC)) == "ever"
    assert picked(version("until", until=DAY), at=DAY) is None


def test_a_price_in_another_currency_is_none() -> None:
    assert picked(version("usd", currency="USD")) is None
    assert picked(version("usd", currency="USD", least=5), version("eur"), n=9) == "eur"


@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "a-1"]),
            st.sampled_from(["", "gold"]),
            st.integers(1, 4),
            st.sampled_from([None, -1, 0, 1]),
        ),
        max_size=8,
    ),
    st.integers(1, 4),
)
def test_the_order_of_a_book_does_not_matter(rows: list[Any], n: int) -> None:
    versions = [
        version(
            f"v-{i}",
            agreement=agreement,
            tier="" if agreement else tier,
            least=least,
            since=None if days is None else DAY + days * A_DAY,
        )
        for i, (agreement, tier, least, days) in enumerate(rows)
    ]

    forward = picked(*versions, n=n, agreements=("a-1",), tier="gold")

    assert forward == picked(*reversed(versions), n=n, agreements=("a-1",), tier="gold")
    assert forward is None or next(v for v in versions if v.id == forward).least <= n


@pytest.mark.feature("F051")
def test_the_price_of_an_order_is_checked_against_the_version_that_it_names(shop: Shop) -> None:
    book = Book((version("2026-q4", "12.50"), version("acme-7", "11.90", agreement="acme")))
    agreed = price_of(book, LAMP, 4, "EUR", DAY, Buyer(("acme",)))
    assert agreed is not None
    line = NewLine("1", LAMP, 4, agreed.price, version=agreed.id)

    order = shop.place("o-17", NewOrder("c-7", "EUR", (line,))).document

    named = next(one for one in book.of("BRASS-LAMP") if one.id == order.lines[0].prices[0].version)
    assert named.id == "acme-7"
    assert named.price.times(4) == order.charges[0].amount == 4760


@pytest.mark.feature("F192")
def test_what_a_supplier_asks_and_what_he_suggests_are_rows_of_one_book() -> None:
    book = Book(
        (
            version("cost", "7.20", agreement="supplier:brass-works"),
            version("suggested", "15.00", tier="suggested retail"),
            version("list", "12.50"),
        )
    )

    cost = price_of(book, LAMP, 1, "EUR", DAY, Buyer(("supplier:brass-works",)))
    suggested = price_of(book, LAMP, 1, "EUR", DAY, Buyer(tier="suggested retail"))

    assert cost is not None
    assert suggested is not None
    assert (str(cost.price.amount), str(suggested.price.amount)) == ("7.20", "15.00")
    assert picked(*book.versions) == "list"


@pytest.mark.parametrize(
    ("more", "path"),
    (
        ({"id": ""}, "version.id"),
        ({"sku": ""}, "version v.sku"),
        ({"price": Decimal(1)}, "version v.price"),
        ({"since": DAY.replace(tzinfo=None)}, "version v.since"),
        ({"until": "today"}, "version v.until"),
        ({"since": DAY, "until": DAY}, "version v.until"),
        ({"agreement": " a"}, "version v.agreement"),
        ({"tier": 7}, "version v.tier"),
        ({"agreement": "a", "tier": "gold"}, "version v.tier"),
        ({"least": 0}, "version v.least"),
    ),
)
def test_a_version_that_makes_no_sense_is_refused_with_its_path(
    more: dict[str, Any], path: str
) -> None:
    whole = {"id": "v", "sku": "BRASS-LAMP", "price": Price.of("1", "EUR"), **more}

    with pytest.raises(BadInput) as refused:
        Version(**whole)

    assert refused.value.path == path


def test_what_a_version_is_refused_for_is_said() -> None:
    with pytest.raises(BadInput, match=r": is not after its beginning$"):
        version("v", since=DAY, until=DAY)
    with pytest.raises(BadInput, match=r": an agreement is for whoever has it: no tier beside it$"):
        version("v", agreement="a", tier="gold")
    with pytest.raises(BadInput, match=r": a Price is wanted$"):
        Version("v", "BRASS-LAMP", "1")  # type: ignore[arg-type]


def test_a_book_has_versions_with_an_id_each() -> None:
    with pytest.raises(BadInput, match=r"^book\.versions: v comes twice$"):
        Book((version("v"), version("v", sku="BELL")))
    with pytest.raises(BadInput, match=r"^book\.versions\[1\]: a Version is wanted$"):
        Book((version("v"), "w"))  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=r"^book\.versions: a tuple of versions is wanted$"):
        Book([version("v")])  # type: ignore[arg-type]


def test_a_buyer_has_names() -> None:
    with pytest.raises(BadInput, match=r"^buyer\.agreements: a tuple of names is wanted$"):
        Buyer("a-1")  # type: ignore[arg-type]
    with pytest.raises(BadInput, match=r"^buyer\.agreements\[1\]: "):
        Buyer(("a-1", ""))
    with pytest.raises(BadInput, match=r"^buyer\.tier: "):
        Buyer((), " gold")
    assert Buyer() == Buyer((), "")


def test_a_price_is_asked_for_units_at_an_instant() -> None:
    with pytest.raises(BadInput, match=r"^n: "):
        price_of(Book(()), LAMP, 0, "EUR", DAY)
    with pytest.raises(BadInput, match=r"^at: "):
        price_of(Book(()), LAMP, 1, "EUR", DAY.replace(tzinfo=None))

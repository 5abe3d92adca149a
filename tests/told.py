"""Published cases that are no split: each with what is published, and what we do to answer it.

Where a customer orders, cancels or sends back, the answer is that of an order which does.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from decimal import Decimal
from typing import Final, NamedTuple

import attrs

from orderflow import (
    BadInput,
    ChargeKind,
    Money,
    NewCharge,
    NewLine,
    NewOrder,
    Position,
    Price,
    Rules,
    Sku,
    Workflow,
)
from orderflow.adapters.memory import MemoryStore
from orderflow.money import Rounding, Spread, divided, rounded, scale, share, spread
from orderflow.pricing import (
    AmountOff,
    FreightOff,
    Given,
    Level,
    Offer,
    PercentOff,
    Scope,
    Threshold,
    When,
    capped,
    due,
    given_up,
    parts_carried,
    priced,
    shares_of,
    total,
)
from orderflow.taxes import Rate, Table, Taxing, TaxPlace, TaxRow
from orderflow.taxing import tax_charges
from tests.builders import LEITH

DAY: Final = datetime(2026, 11, 11, tzinfo=UTC)


class Told(NamedTuple):
    """What is asked, what is published, and what we answer under the rule that is named."""

    system: str
    source: str
    rule: str
    what: str
    published: tuple[str, ...]
    ours: Callable[[], tuple[object, ...]]


def shown(*minor: int) -> tuple[object, ...]:
    """Amounts of a currency with two decimals."""
    return tuple(Decimal(amount).scaleb(-2) for amount in minor)


def euros(amount: str) -> Money:
    return Money.of(amount, "EUR")


def lamps(*prices: str, n: int = 1) -> tuple[NewLine, ...]:
    return tuple(
        NewLine(str(i), Sku(f"LAMP-{i}"), n, Price.of(price, "EUR"))
        for i, price in enumerate(prices, 1)
    )


def cart(*prices: str, n: int = 1) -> NewOrder:
    return NewOrder("c-7", "EUR", lamps(*prices, n=n))


def placed(new: NewOrder, pays: str = "") -> Workflow:
    """A shop in which order o-1 is placed, and paid for in part or in full."""
    shop = Workflow(MemoryStore(), Rules(locations=(LEITH,)))
    order = shop.place("o-1", new).document
    amount = euros(pays) if pays else Money(due(order), "EUR")
    shop.pay("pay-1", amount, (("o-1", amount.minor),))
    return shop


def paid(*prices: str, freight: int = 0, n: int = 1, pays: str = "") -> Workflow:
    charges = (NewCharge(ChargeKind.FREIGHT, freight),) if freight else ()
    return placed(attrs.evolve(cart(*prices, n=n), charges=charges), pays)


def delivered(new: NewOrder, *offers: Offer) -> Workflow:
    """The same with offers, shipped and delivered."""
    shop = placed(priced(new, offers, Given(DAY)).order)
    for line in new.lines:
        shop.receive(Position(line.sku.code, "leith"), line.n)
    shop.allocate("o-1")
    shop.release("o-1", "d-1")
    shop.pick("d-1")
    shop.pack("p-1", ("d-1",))
    shop.hand_over("p-1")
    shop.deliver("p-1")
    return shop


def given_back(shop: Workflow, *lines: str) -> int:
    """These lines come back, one unit of each; what is paid back for them."""
    name = f"r-{'-'.join(lines)}"
    shop.ask_return(name, "o-1", tuple((line, 1) for line in lines))
    shop.receive_return(name, "leith")
    shop.inspect(name)
    back = -due(shop.order("o-1"))
    shop.refund("o-1")
    return back


def discounts_given_up(shop: Workflow) -> int:
    """What was off the units of order o-1 that came back."""
    order = shop.order("o-1")
    shares = shares_of(order.charges)
    return -sum(
        amount
        for line in order.lines
        for charge, amount in parts_carried(shares[line.id], given_up(line))
        if charge.kind is ChargeKind.DISCOUNT
    )


# --- how each is answered -------------------------------------------------------------------------


def stepped(way: Rounding) -> Callable[[], tuple[object, ...]]:
    steps = ("0.01", "0.10", "1.00", "10", "0.02", "0.05", "0.25")
    return lambda: tuple(rounded(Decimal("987.345"), Decimal(step), way) for step in steps)


def coupon_on_a_part() -> tuple[object, ...]:
    coupon = Offer("coupon", AmountOff(euros("15.00")), scope=Scope(("1", "2")), bearer="platform")
    shop = delivered(cart("25.00", "15.00", "60.00"), coupon)
    back = given_back(shop, "1")
    return shown(discounts_given_up(shop), back)


def threshold_of_200() -> tuple[object, ...]:
    off = Offer("20 off 200", Threshold(euros("200.00"), euros("20.00"), each=False))
    shop = delivered(cart("100.00", "110.00"), off)
    paid_ = shop.order("o-1").applied
    return shown(paid_, given_back(shop, "1"), given_back(shop, "2"))


THREE: Final = (501, 342, 213)
SMALL: Final = cart("5.01", "3.42", "2.13")


def left(parts: tuple[int, ...]) -> tuple[object, ...]:
    return shown(*[price - off for price, off in zip(THREE, parts, strict=True)])


def all_three_come_back() -> tuple[object, ...]:
    coupon = Offer("coupon", AmountOff(euros("1.57")), bearer="platform")
    shop = delivered(SMALL, coupon)
    back = given_back(shop, "1", "2", "3")
    return shown(back, discounts_given_up(shop))


def over_refund() -> tuple[object, ...]:
    shop = paid("12.30")
    shop.adjust("o-1", NewCharge(ChargeKind.DISCOUNT, -500))
    shop.refund("o-1")
    try:
        shop.adjust("o-1", NewCharge(ChargeKind.DISCOUNT, -1000))
    except BadInput:
        return shown(1230 - shop.order("o-1").applied)
    return ()


def cancelled_one_by_one() -> tuple[object, ...]:
    cent = NewCharge(ChargeKind.TAX, 1)
    shop = placed(attrs.evolve(cart("0.83", n=2), charges=(cent,)))
    whole = total(shop.order("o-1"))
    shop.cancel("o-1", (("1", 1),))
    shop.cancel("o-1", (("1", 1),))
    return shown(whole, total(shop.order("o-1")))


def outstanding() -> tuple[object, ...]:
    shop = paid("3.00", "3.00", freight=1300, pays="10.00")
    shop.cancel("o-1")
    return shown(due(shop.refund("o-1", euros("6.00")).document))


def named_amount() -> tuple[object, ...]:
    shop = paid("73.80")
    shop.cancel("o-1")
    return shown(7380 - shop.refund("o-1", euros("10.00")).document.applied)


def refunded_once() -> tuple[object, ...]:
    shop = paid("10.00", "10.00", "10.00", n=2)
    shop.cancel("o-1", (("3", 2),))
    shop.refund("o-1")
    shop.cancel("o-1")
    return shown(-due(shop.order("o-1")))


def freight_from_101() -> tuple[object, ...]:
    free = Offer("free", FreightOff(), When(least=euros("101.00")))

    def freight(n: int) -> int:
        order = priced(cart("20.00", n=n), (free,), Given(DAY, freight=euros("3.00"))).order
        return sum(charge.amount for charge in order.charges)

    return shown(freight(5), freight(6))


def by_quantity() -> tuple[object, ...]:
    numbers = ((1, 5), (2, 10), (3, 5), (4, 5))
    lines = [attrs.evolve(lamps("20.00", n=n)[0], id=f"{p}", sku=Sku(f"P-{p}")) for p, n in numbers]
    groups = (("P-1", ("1",)), ("P-2", ("1",)), ("P-4", ("2",)))
    tenth = PercentOff(Decimal(10), Level.UNIT)
    offer = Offer("tenth", tenth, When(units=10), Scope(groups=("1",)))
    draft = NewOrder("c-7", "EUR", tuple(lines))
    order = priced(draft, (offer,), Given(DAY, groups=groups)).order
    vat = Taxing(
        Table("home", (TaxRow("ES", Rate.of("VAT", "10")),)), place=TaxPlace.SELLER, home="ES"
    )
    taxes = [one.amount for one in tax_charges(order, vat, DAY).charges[len(order.charges) :]]
    listed = sum([line.amount for line in draft.lines])
    untaxed = listed + sum([one.amount for one in order.charges])
    return shown(untaxed, sum(taxes), untaxed + sum(taxes), listed)


def two_tenths() -> tuple[object, ...]:
    """A tenth off, and a tenth off what is left."""
    offers = [Offer(id, PercentOff(Decimal(10))) for id in ("item", "order")]
    order = priced(cart("1558.80"), offers, Given(DAY)).order
    first, second = [one.amount for one in order.charges]
    return shown(155880 + first, 155880 + first + second)


def half_and_a_tenth() -> tuple[object, ...]:
    offers = (
        Offer("half", PercentOff(Decimal(50)), When(units=3)),
        Offer("tenth", PercentOff(Decimal(10)), When(least=euros("10.00"))),
    )

    def costs(price: str, n: int) -> int:
        order = priced(cart(price, n=n), offers, Given(DAY)).order
        return order.lines[0].amount + sum(one.amount for one in order.charges)

    return shown(costs("5.00", 2), costs("5.00", 3), costs("8.00", 2), costs("8.00", 3))


def more_than_there_is() -> tuple[object, ...]:
    new = NewOrder(
        "c-7",
        "EUR",
        tuple(
            attrs.evolve(line, n=n) for line, n in zip(lamps("10.00", "20.00"), (3, 2), strict=True)
        ),
    )
    (used,) = priced(new, (Offer("voucher", AmountOff(euros("10000.00"))),), Given(DAY)).used
    return shown(sum(line.amount for line in new.lines) - used.amount, used.unused)


def least_prices() -> tuple[object, ...]:
    new = cart("10.00", "20.00", "50.00", "30.00")
    least = (("2", "19.00"), ("3", "50.00"), ("4", "26.00"))
    floors = tuple((line, Price.of(price, "EUR")) for line, price in least)
    off = Offer("12 off", AmountOff(euros("12.00")), sharing=Spread.FRONT_MENDS)
    (used,) = priced(new, (off,), Given(DAY, least=floors)).used
    parts = dict(used.parts)
    return shown(*[parts.get(line.id, 0) for line in new.lines])


def least_price_of_one_line() -> tuple[object, ...]:
    mugs = attrs.evolve(lamps("20.00", n=3)[0], id="2")
    new = NewOrder("c-7", "EUR", (*lamps("50.00"), mugs))
    off = Offer("25 off", AmountOff(euros("25.00")), sharing=Spread.FRONT_MENDS)
    given = Given(DAY, least=(("1", Price.of("45.00", "EUR")),))
    (used,) = priced(new, (off,), given).used
    return shown(*[part for _, part in used.parts])


def rest_apart(total: int, weights: tuple[int, ...]) -> tuple[int, ...]:
    """Each part cut off, and what is left of all."""
    parts = [divided(total * weight, sum(weights), Rounding.DOWN) for weight in weights]
    return (*parts, total - sum(parts))


def blocks(total: int, weights: tuple[int, ...]) -> tuple[int, ...]:
    """As many whole blocks of all weights as there are, and what is left."""
    times = divided(total, sum(weights), Rounding.DOWN)
    return (*[times * weight for weight in weights], total - times * sum(weights))


def in_steps(total: int, n: int, step: int) -> tuple[int, ...]:
    """So many parts, each of whole steps: the smallest coins are gone."""
    return tuple([step * part for part in spread(total // step, (1,) * n)])


# --- the cases ------------------------------------------------------------------------------------

MAXIMA: Final = (4600, 4600, 5000, 5000, 5000)
DYNAMICS: Final = "Dynamics 365 Finance, RT-02"
ROUNDING_RULES: Final = "tax-calculation-rounding-rules"
VENDURE: Final = "order-calculator.spec.ts"
MINIMUM: Final = "MinimumPriceDistributorSpec"
TOLD: Final = (
    Told(
        DYNAMICS,
        ROUNDING_RULES,
        "`rounded`, `HALF_UP`",
        "987.345 to 0.01, 0.10, 1, 10, 0.02, 0.05, 0.25",
        ("987.35", "987.30", "987.00", "990", "987.34", "987.35", "987.25"),
        stepped(Rounding.HALF_UP),
    ),
    Told(
        DYNAMICS,
        ROUNDING_RULES,
        "`rounded`, `DOWN`",
        "the same",
        ("987.34", "987.30", "987", "980", "987.34", "987.30", "987.25"),
        stepped(Rounding.DOWN),
    ),
    Told(
        DYNAMICS,
        ROUNDING_RULES,
        "`rounded`, `UP`",
        "the same",
        ("987.35", "987.40", "988", "990", "987.36", "987.35", "987.50"),
        stepped(Rounding.UP),
    ),
    Told(
        "Dangdang, CN-01",
        "help page",
        "`scale`, half up to 0.1",
        "part of a coupon of 15 on goods of 40 for 25 that come back, and the cash",
        ("9.4", "15.6"),
        lambda: (
            Decimal(scale(150, 25, 40)).scaleb(-1),
            Decimal(250 - scale(150, 25, 40)).scaleb(-1),
        ),
    ),
    Told(
        "Dangdang, CN-01",
        "help page",
        "`AmountOff` with a `Scope`",
        "the same to the cent, with other goods of 60",
        ("9.38", "15.62"),
        coupon_on_a_part,
    ),
    Told(
        "Taobao, CN-02",
        "an article on its rules",
        "`Threshold`, not asked again",
        "paid for goods of 100 and 110 with 20 off 200, and paid back for each in turn",
        ("190.00", "90.48", "99.52"),
        threshold_of_200,
    ),
    Told(
        "an article, CN-03",
        "woshipm.com 5777215",
        "`LAST_ABSORBS_CUT` over cut ratios",
        "paid for 5.01, 3.42 and 2.13 with a coupon of 1.57",
        ("4.28", "2.92", "1.79"),
        lambda: left(spread(157, (47, 32, 21), Spread.LAST_ABSORBS_CUT)),
    ),
    Told(
        "an article, CN-03",
        "woshipm.com 5777215",
        "`LARGEST_REMAINDER`",
        "the same, exact",
        ("4.27", "2.91", "1.81"),
        lambda: left(spread(157, THREE)),
    ),
    Told(
        "an article, CN-03",
        "woshipm.com 5777215",
        "a return gives up what was off",
        "paid back when all three come back, and the coupon",
        ("8.99", "1.57"),
        all_three_come_back,
    ),
    Told(
        "Sylius, REF-048",
        "refunding_part_of_order_unit.feature",
        "no unit below zero",
        "refunded of a unit of 12.30 after 5.00 and a refusal of 10.00",
        ("5.00",),
        over_refund,
    ),
    Told(
        "Sylius",
        MINIMUM,
        "`AmountOff` with `Given.least`, `FRONT_MENDS`",
        "12.00 off 10.00, 20.00, 50.00 and 30.00, which cost at least 0, 19.00, 50.00 and 26.00",
        ("7.00", "1.00", "0.00", "4.00"),
        least_prices,
    ),
    Told(
        "Sylius",
        MINIMUM,
        "`AmountOff` with `Given.least`, `FRONT_MENDS`",
        "25.00 off 50.00, which costs at least 45.00, and three at 20.00",
        ("5.00", "20.00"),
        least_price_of_one_line,
    ),
    Told(
        "Solidus, REF-051",
        "reimbursement_spec",
        "`Price.times`, `DOWN`",
        "two at 10.003",
        ("20.00",),
        lambda: shown(Price.of("10.003", "EUR").times(2, Rounding.DOWN)),
    ),
    Told(
        "Solidus, REF-053",
        "order_cancellations_spec",
        "`share`",
        "two units of a line of 1.67, one after the other",
        ("0.84", "0.83"),
        lambda: shown(share(167, 2, 0, 1), share(167, 2, 1, 2)),
    ),
    Told(
        "Solidus, REF-053",
        "order_cancellations_spec",
        "units are given up once",
        "that line, and what is left of it when both were cancelled one by one",
        ("1.67", "0.00"),
        cancelled_one_by_one,
    ),
    Told(
        "Solidus, REF-061",
        "outstanding_balance_integration_spec",
        "due = cost − applied",
        "19.00 ordered, 10.00 paid, cancelled, 6.00 refunded: due",
        ("-4.00",),
        outstanding,
    ),
    Told(
        "Saleor, REF-077",
        "test_order_actions_refund_products",
        "`refund` of an amount",
        "refunded when 10.00 of 73.80 are asked for",
        ("10.00",),
        named_amount,
    ),
    Told(
        "Saleor, REF-078",
        "test_order_actions_create_fulfillments_for_returned_products",
        "units are given up once",
        "owed for three lines of 20.00 of which one was refunded before",
        ("40.00",),
        refunded_once,
    ),
    Told(
        "Saleor",
        "test_calculate_prices",
        "`AmountOff`, as far as there is room",
        "10000.00 off three at 10.00 and two at 20.00: what is left to pay, and what is not used",
        ("0.00", "9930.00"),
        more_than_there_is,
    ),
    Told(
        "tryton, REF-093",
        "scenario_sale_promotion",
        "`PercentOff`, by unit",
        "500.00 with a tenth off 15 units at 20.00: untaxed, tax of 10 %, total, back in draft",
        ("470.00", "47.00", "517.00", "500.00"),
        by_quantity,
    ),
    Told(
        "tryton, REF-094",
        "scenario_sale_shipment_cost_promotion",
        "`FreightOff`, from goods of 101.00 on",
        "freight of 3.00 for five and for six at 20.00",
        ("3.00", "0.00"),
        freight_from_101,
    ),
    Told(
        "Vendure",
        VENDURE,
        "`PercentOff`, twice",
        "1558.80 less a tenth, and less a tenth of that",
        ("1402.92", "1262.63"),
        two_tenths,
    ),
    Told(
        "Vendure",
        VENDURE,
        "`PercentOff`, one after the other",
        "half off 3 units, then a tenth off 10.00: 2 and 3 at 5.00, 2 and 3 at 8.00",
        ("9.00", "7.50", "14.40", "10.80"),
        half_and_a_tenth,
    ),
    Told(
        "brick/money, floor, the rest apart",
        "MoneyTest",
        "`divided`, `DOWN`",
        "1.00 over 2, 3, 1, and what is left",
        ("0.33", "0.50", "0.16", "0.01"),
        lambda: shown(*rest_apart(100, (2, 3, 1))),
    ),
    Told(
        "brick/money, floor, the rest apart",
        "MoneyTest",
        "`divided`, `DOWN`",
        "1.00 over 400, 0, 40, 20, 2, and what is left",
        ("0.86", "0.00", "0.08", "0.04", "0.00", "0.02"),
        lambda: shown(*rest_apart(100, (400, 0, 40, 20, 2))),
    ),
    Told(
        "brick/money, blocks, the rest apart",
        "MoneyTest",
        "`divided`, `DOWN`",
        "1.00 over 2, 3, 1, and what is left",
        ("0.32", "0.48", "0.16", "0.04"),
        lambda: shown(*blocks(100, (2, 3, 1))),
    ),
    Told(
        "brick/money, in steps",
        "MoneyTest",
        "`spread` of steps",
        "100.00 in three parts, in steps of 0.05",
        ("33.35", "33.35", "33.30"),
        lambda: shown(*in_steps(10000, 3, 5)),
    ),
    Told(
        "Shopify",
        "allocator_spec, allocate_max_amounts",
        "`capped`",
        "1.00 up to 33.00, 33.00, 33.00",
        ("0.34", "0.33", "0.33"),
        lambda: shown(*capped(100, (3300,) * 3, (3300,) * 3)),
    ),
    Told(
        "Shopify",
        "allocator_spec, allocate_max_amounts",
        "`capped`",
        "100.00 up to 5.00 and 2.00",
        ("5.00", "2.00"),
        lambda: shown(*capped(10000, (500, 200), (500, 200))),
    ),
    Told(
        "Shopify",
        "allocator_spec, allocate_max_amounts",
        "`capped`",
        "24.20 up to 46, 46, 50, 50, 50",
        ("4.60", "4.60", "5.00", "5.00", "5.00"),
        lambda: shown(*capped(2420, MAXIMA, MAXIMA)),
    ),
    Told(
        "Shopify",
        "allocator_spec, allocate_max_amounts",
        "`capped`",
        "30.75 up to 26.00 and 4.74",
        ("26.00", "4.74"),
        lambda: shown(*capped(3075, (2600, 474), (2600, 474))),
    ),
)

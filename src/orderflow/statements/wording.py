"""A statement in words: one row an amount, in English or Chinese.

It knows how rows are written and aligned, and refuses to know what they sum up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Final

from orderflow.columns import plain, row
from orderflow.currencies import in_main_unit
from orderflow.errors import BadInput
from orderflow.money import exponent
from orderflow.records import Because, ChargeKind, Fixing
from orderflow.repricing import WEIGHED
from orderflow.sentences import STATEMENT, WORDS, Language
from orderflow.statements.stated import AtPrice, Bill, LineStated, Part, Statement
from orderflow.taxes import RateTotal
from orderflow.values import scaled

WIDTH: Final = 72
"""How wide a row is, in columns of plain letters."""

_UNTIL: Final[dict[Fixing, str]] = {
    Fixing.PLACING: "",
    Fixing.BALANCE: "balance",
    Fixing.WEIGHING: "weighing",
    Fixing.DELIVERY: "delivery",
}


def text(stated: Statement, language: Language = "en") -> str:
    """A statement for people, with a last line end."""
    if not isinstance(stated, Statement):
        raise BadInput("stated", "a Statement is wanted")
    check_language(language)
    return "".join(f"{row}\n" for row in _Writer(stated, language).rows())


class _Writer:
    """Writes one statement in one language."""

    def __init__(self, stated: Statement, language: Language) -> None:
        self.stated = stated
        self.language: Language = language
        self.currency = stated.currency

    def say(self, title: str, **figures: object) -> str:
        return STATEMENT[title][self.language].format_map(figures)

    def row(self, title: str, minor: int, indent: int = 0) -> str:
        return amount_row(title, minor, self.currency, indent)

    def rows(self) -> Iterator[str]:
        stated = self.stated
        yield self.say("head", order=stated.order, customer=stated.customer, currency=self.currency)
        if stated.is_estimate:
            yield self.say("estimated")
        kits = {kit.id: kit for kit in stated.kits}
        for line in stated.lines:
            yield ""
            kit = kits.pop(line.kit, None)
            if kit is not None:
                price = self.price(kit.price, kit.per, kit.unit, 0)
                yield self.say("kit", line=kit.id, sku=kit.sku, n=kit.n, price=price)
            yield from self.line(line)
        yield ""
        for part in stated.parts:
            yield self.row(self.part(part), part.amount)
        yield from self.included(stated.included_in_parts)
        yield self.row(self.say("total"), stated.total)
        yield from self.included(stated.included)
        for tender in stated.paid:
            yield self.row(self.say("paid", payment=tender.payment), -tender.applied)
        title = "due" if stated.due > 0 else "owed" if stated.due < 0 else "settled"
        yield self.row(self.say(title), abs(stated.due))
        yield from self.beside()

    def beside(self) -> Iterator[str]:
        """What is no part of the total: what was given up, and what invoices say."""
        stated = self.stated
        if not (stated.given_up or stated.reversed or stated.bills or stated.compensations):
            return
        yield ""
        if stated.given_up:
            yield self.row(self.say("given_up"), stated.given_up)
        for part in stated.reversed:
            yield self.row(self.part(part), part.amount, 2)
        for bill in stated.bills:
            yield self.row(self.bill(bill), bill.amount)
        for one in stated.compensations:
            said = self.say("compensation", reason=one.reason)
            said += self.say("borne" if one.bearer else "borne_by_seller", bearer=one.bearer)
            yield self.row(said, one.amount)

    def line(self, line: LineStated) -> Iterator[str]:
        n = self.units(line.n, line)
        yield self.say("line", line=line.id, sku=line.sku, n=n)
        if line.gift_for:
            yield "  " + self.say("gift", earned=", ".join(line.gift_for))
        if line.kept < line.n:
            title = "kept" if line.kept else "none_kept"
            yield "  " + self.say(title, n=self.units(line.kept, line))
        for one in line.prices:
            yield self.row(self.at_price(one, line), one.amount, 2)
        for change in line.changes:
            yield self.row(self.part(change), change.amount, 4)
        if line.rounding:
            yield self.row(self.say("shared"), line.rounding, 2)
        for part in line.parts:
            yield self.row(self.part(part), part.amount, 2)
        yield self.row(self.say("line_total", line=line.id), line.amount, 2)
        yield from self.included(line.included, 2)

    def included(self, taxes: Sequence[RateTotal], indent: int = 0) -> Iterator[str]:
        """The taxes in an amount, beneath it; beside papers, those of what is on none yet."""
        title = "included_yet" if self.stated.bills else "included"
        for one in taxes:
            base = in_main_unit(one.base, self.currency)
            said = self.say(title, rate=one.rate.id, base=base)
            yield self.row(said, one.tax, indent + 2)

    def at_price(self, one: AtPrice, line: LineStated) -> str:
        """Such as "2 x 9.00, of list-2"; what is sold by weight has pieces and grams."""
        if line.by_weight:
            price = self.price(one.price, one.per, "kg", 3)
            title = "weighed" if one.fixed else "to_weigh"
            much = plain(scaled(one.quantity, 3))
            said = self.say(title, n=one.n, kg=much, price=price)
        else:
            price = self.price(one.price, one.per, line.unit, line.scale)
            said = self.say("times", n=self.units(one.quantity, line), price=price)
            if not one.fixed:
                said += self.say("until", fixing=self.word(_UNTIL[line.fixed]))
        return said + (self.say("version", version=one.version) if one.version else "")

    def part(self, part: Part) -> str:
        """Such as "Discount: spring, borne by platform"; a discount always says who bears it."""
        off_freight = part.kind is ChargeKind.FREIGHT and part.amount < 0
        if part.because is None:
            said = self.say("off_freight" if off_freight else TITLES[part.kind])
        else:
            said = because(part.kind, part.because, self.language)
            off_freight = off_freight and bool(part.because.of)
        return said + why_and_who(part, self.language, off_freight or bool(part.bearer))

    def bill(self, bill: Bill) -> str:
        title = "credit_note" if bill.is_credit else "invoice"
        tax = in_main_unit(abs(bill.tax), self.currency)
        return self.say(title, number=bill.number, tax=tax)

    def units(self, n: int, line: LineStated) -> str:
        much = plain(scaled(n, line.scale))
        return much if line.unit == "piece" else f"{much} {line.unit}"

    def price(self, price: Decimal, per: int, unit: str, scale: int) -> str:
        """A price, for one main unit or for so many, with all decimals of its currency."""
        whole, _, decimals = f"{price:f}".partition(".")
        decimals = decimals.ljust(exponent(self.currency), "0")
        amount = f"{whole}.{decimals}" if decimals else whole
        many = plain(scaled(per, scale))
        of = [one for one in (many, unit) if one not in ("1", "piece")]
        return " ".join((amount, "/", *of)) if of else amount

    def word(self, word: str) -> str:
        return _word(word, self.language)


def check_language(language: object) -> None:
    """Refuse what is no language that is spoken here."""
    if language not in ("en", "zh"):
        raise BadInput("language", "en or zh is wanted")


def amount_row(title: str, minor: int, currency: str, indent: int = 0) -> str:
    """A title, and its amount at the right edge; beneath a title that would touch it."""
    return row(" " * indent + title, in_main_unit(minor, currency), width=WIDTH)


def why_and_who(part: Part, language: Language, borne: bool) -> str:
    """What follows the title of a part: its reason, and who bears it where it is `borne`.

    A discount always is. Our own word is translated; the host's are told as they were given.
    """
    said = ""
    if part.reason:
        reason = _word(WEIGHED, language) if part.reason == WEIGHED else part.reason
        said = STATEMENT["reason"][language].format(reason=reason)
    if borne or part.kind is ChargeKind.DISCOUNT:
        title = "borne" if part.bearer else "borne_by_seller"
        said += STATEMENT[title][language].format(bearer=part.bearer)
    return said


def because(kind: ChargeKind, why: Because, language: Language) -> str:
    """What a rule of a refund says of its charge: "Restocking, 2 of line 1 came back second"."""
    rule = "tax_changed" if kind is ChargeKind.TAX else why.rule
    figures = {name: _word(said, language) for name, said in why.figures}
    figures["returned"] = why.document
    return STATEMENT[rule][language].format_map(figures)


def _word(word: str, language: Language) -> str:
    return WORDS.get(word, word) if language == "zh" else word


TITLES: Final[dict[ChargeKind, str]] = {
    ChargeKind.GOODS: "goods",
    ChargeKind.DISCOUNT: "discount",
    ChargeKind.TAX: "tax",
    ChargeKind.FREIGHT: "freight",
    ChargeKind.FEE: "fee",
    ChargeKind.PRICE: "price",
    ChargeKind.ROUNDING: "rounding",
    ChargeKind.CASH: "cash",
}

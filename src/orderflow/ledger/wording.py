"""A statement of the ledger in words: one row a command, in English or Chinese.

It knows rows, and refuses to know what they sum up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from orderflow.columns import minute, row
from orderflow.currencies import in_main_unit
from orderflow.ledger.stated import AccountStated, Day, LedgerRow, LedgerStatement
from orderflow.sentences import ACCOUNTS, LEDGER, MOVES_AND_VERBS, Language

_TOLD: Final = ("record_answer", "record_notice")
"""The commands that write down what a gateway has told."""


def text(stated: LedgerStatement | Day, language: Language = "en") -> str:
    """A statement, or a day, for people, with a last line end; times are in UTC."""
    told = _day(stated, language) if isinstance(stated, Day) else _statement(stated, language)
    return "".join(f"{one.rstrip()}\n" for one in told)


def _statement(stated: LedgerStatement, language: Language) -> Iterator[str]:
    def say(title: str) -> str:
        return LEDGER[title][language]

    currency = stated.currency
    head = say("order" if stated.order else "customer")
    yield head.format(id=stated.order, customer=stated.customer or "-", currency=currency)
    yield ""
    yield row(f"{'':16}  {say('what')}", say("cost"), say("paid"), say("balance"))
    if stated.since is not None:
        opening = in_main_unit(stated.opening, currency)
        yield row(f"{minute(stated.since)}  {say('opening')}", "", "", opening)
    for one in stated.rows:
        what = f"{_what(one, language)} {one.payment or one.order}"
        if one.onto:
            what = say("onto").format(payment=one.payment, stored=one.onto)
        amounts = [in_main_unit(part, currency) if part else "" for part in (one.cost, one.paid)]
        balance = in_main_unit(one.balance, currency)
        yield row(f"{minute(one.at)}  {what}", *amounts, balance)
    yield ""
    title = "due" if stated.closing > 0 else "back" if stated.closing < 0 else "settled"
    yield row(say(title), "", "", in_main_unit(abs(stated.closing), currency))


def _day(stated: Day, language: Language) -> Iterator[str]:
    def say(title: str) -> str:
        return LEDGER[title][language]

    since, until = minute(stated.since), minute(stated.until)
    yield say("day").format(since=since, until=until, currency=stated.currency)
    yield ""
    yield row(say("account"), say("before"), say("got"), say("gave"), say("after"))
    for one in stated.accounts:
        yield row(_account(one, language), *_amounts(one, stated.currency))


def _amounts(one: AccountStated, currency: str) -> tuple[str, ...]:
    moved = [in_main_unit(amount, currency) if amount else "" for amount in (one.got, one.gave)]
    return (in_main_unit(one.opening, currency), *moved, in_main_unit(one.closing, currency))


def _account(one: AccountStated, language: Language) -> str:
    return ACCOUNTS[one.account.value][language]


def _what(one: LedgerRow, language: Language) -> str:
    """What has happened: the verb, or of what a gateway has told what became of the money."""
    if one.call in _TOLD:
        return LEDGER["came" if one.paid >= 0 else "went"][language]
    return _word(one.call, language)


def _word(word: str, language: Language) -> str:
    said = word.replace("_", " ")
    return MOVES_AND_VERBS.get(said, said) if language == "zh" else said

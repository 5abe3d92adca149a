"""A statement of the ledger in words: one row a command, in English or Chinese.

It knows columns, and refuses to know what they sum up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from orderflow.currencies import in_main_unit
from orderflow.ledger.columns import minute, row
from orderflow.ledger.stated import AccountStated, Day, LedgerStatement
from orderflow.sentences import MOVES_AND_VERBS, Language

_SAID: Final[dict[str, dict[Language, str]]] = {
    "order": {
        "en": "Order {id} of {customer}, in {currency}",
        "zh": "订单 {id},客户 {customer},币种 {currency}",
    },
    "customer": {
        "en": "Customer {customer}, in {currency}",
        "zh": "客户 {customer},币种 {currency}",
    },
    "day": {"en": "{since} to {until}, in {currency}", "zh": "{since} 至 {until},币种 {currency}"},
    "what": {"en": "what", "zh": "事项"},
    "owed": {"en": "owed", "zh": "应收"},
    "paid": {"en": "paid", "zh": "已收"},
    "balance": {"en": "balance", "zh": "余额"},
    "before": {"en": "before", "zh": "期初"},
    "got": {"en": "in", "zh": "转入"},
    "gave": {"en": "out", "zh": "转出"},
    "after": {"en": "after", "zh": "期末"},
    "account": {"en": "account", "zh": "科目"},
    "onto": {"en": "put {payment} on {stored}", "zh": "{payment} 转入 {stored}"},
    "opening": {"en": "brought forward", "zh": "期初余额"},
    "due": {"en": "Still to be paid", "zh": "应付"},
    "back": {"en": "Owed back", "zh": "应退"},
    "settled": {"en": "Nothing is open", "zh": "已结清"},
}

_ACCOUNTS: Final[dict[str, str]] = {
    "sold": "销售",
    "owed": "应收",
    "paid for others": "代付",
    "payer": "付款方",
    "unapplied": "未核销",
    "applied": "已核销",
    "refunded": "已退款",
    "charged back": "银行扣回",
    "carrier": "承运商代收",
    "bank": "银行",
    "stored": "储值",
    "forfeited": "没收定金",
    "fees": "代收手续费",
    "issued": "发放储值",
    "lapsed": "过期储值",
    "converted": "兑换",
}


def text(stated: LedgerStatement | Day, language: Language = "en") -> str:
    """A statement, or a day, for people, with a last line end; times are in UTC."""
    told = _day(stated, language) if isinstance(stated, Day) else _statement(stated, language)
    return "".join(f"{one.rstrip()}\n" for one in told)


def _statement(stated: LedgerStatement, language: Language) -> Iterator[str]:
    def say(title: str) -> str:
        return _SAID[title][language]

    currency = stated.currency
    head = say("order" if stated.order else "customer")
    yield head.format(id=stated.order, customer=stated.customer or "-", currency=currency)
    yield ""
    yield row(f"{'':16}  {say('what')}", say("owed"), say("paid"), say("balance"))
    if stated.since is not None:
        opening = in_main_unit(stated.opening, currency)
        yield row(f"{minute(stated.since)}  {say('opening')}", "", "", opening)
    for one in stated.rows:
        what = f"{_word(one.call, language)} {one.payment or one.order}"
        if one.onto:
            what = say("onto").format(payment=one.payment, stored=one.onto)
        amounts = [in_main_unit(part, currency) if part else "" for part in (one.owed, one.paid)]
        balance = in_main_unit(one.balance, currency)
        yield row(f"{minute(one.at)}  {what}", *amounts, balance)
    yield ""
    title = "due" if stated.closing > 0 else "back" if stated.closing < 0 else "settled"
    yield row(say(title), "", "", in_main_unit(abs(stated.closing), currency))


def _day(stated: Day, language: Language) -> Iterator[str]:
    def say(title: str) -> str:
        return _SAID[title][language]

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
    return one.account.value if language == "en" else _ACCOUNTS[one.account.value]


def _word(word: str, language: Language) -> str:
    said = word.replace("_", " ")
    return MOVES_AND_VERBS.get(said, said) if language == "zh" else said

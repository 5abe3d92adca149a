"""A settlement in words (结算单): party by party, in English or Chinese.

It knows columns and words, and refuses to know what they sum up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from orderflow.currencies import in_main_unit
from orderflow.ledger.columns import minute, row
from orderflow.sentences import Language
from orderflow.settlement.values import (
    PartySettled,
    Reason,
    Role,
    Settlement,
    SettlementRow,
)

_SAID: Final[dict[str, dict[Language, str]]] = {
    "settlement": {"en": "Settlement, {since} to {until}", "zh": "结算单,{since} 至 {until}"},
    "party": {"en": "{role} {party}, in {currency}", "zh": "{role} {party},币种 {currency}"},
    "what": {"en": "what", "zh": "事项"},
    "units": {"en": "units", "zh": "数量"},
    "amount": {"en": "amount", "zh": "金额"},
    "opening": {"en": "brought forward", "zh": "期初余额"},
    "owes": {"en": "Owed to us", "zh": "应收"},
    "owed": {"en": "Owed by us", "zh": "应付"},
    "held": {"en": "With us", "zh": "结存"},
    "even": {"en": "Nothing is open", "zh": "已结清"},
    "waiting": {"en": "Not due yet", "zh": "未到期"},
    "borne": {"en": "borne by {bearer}", "zh": "由 {bearer} 承担"},
}

_ROLES: Final[dict[Role, str]] = {
    Role.CUSTOMER: "客户",
    Role.SUPPLIER: "供应商",
    Role.BEARER: "承担方",
    Role.CARRIER: "承运商",
    Role.FINANCE: "财务",
}

_REASONS: Final[dict[Reason, str]] = {
    Reason.GOODS: "货款",
    Reason.DISCOUNT: "折扣",
    Reason.TAX: "税费",
    Reason.FREIGHT: "运费",
    Reason.FEE: "手续费",
    Reason.PRICE: "调价",
    Reason.ROUNDING: "尾差",
    Reason.CASH: "抹零",
    Reason.PAID: "已核销付款",
    Reason.UNAPPLIED: "未核销付款",
    Reason.SHIPPED: "供应商直发",
    Reason.CONSIGNED: "寄售",
    Reason.BOUGHT: "采购入库",
    Reason.UNQUOTED: "无报价",
    Reason.COLLECTED: "代收货款",
    Reason.REMITTED: "已汇款",
    Reason.KEPT_AS_FEE: "代收手续费",
    Reason.HELD: "资金",
    Reason.STORED: "储值余额",
}


def text(settled: Settlement | PartySettled, language: Language = "en") -> str:
    """A settlement, or one party of it, for people, with a last line end; times are in UTC."""
    if isinstance(settled, PartySettled):
        return _lines(_party(settled, language))
    since, until = minute(settled.since), minute(settled.until)
    head = _SAID["settlement"][language].format(since=since, until=until)
    return "\n".join((f"{head}\n", *(_lines(_party(one, language)) for one in settled.parties)))


def _lines(rows: Iterator[str]) -> str:
    return "".join([f"{one.rstrip()}\n" for one in rows])


def _party(one: PartySettled, language: Language) -> Iterator[str]:
    def say(title: str) -> str:
        return _SAID[title][language]

    role = one.role.value.capitalize() if language == "en" else _ROLES[one.role]
    named = say("party").format(role=role, party=one.party or "-", currency=one.currency)
    yield row(named, say("units"), say("amount"))
    yield row(say("opening"), "", in_main_unit(one.opening, one.currency))
    for each in one.rows:
        n = str(each.n) if each.n else ""
        yield row(_what(each, language), n, in_main_unit(each.amount, one.currency))
    title = "owes" if one.closing > 0 else "owed" if one.closing < 0 else "even"
    if one.role is Role.FINANCE and one.closing >= 0:
        title = "held"
    yield row(say(title), "", in_main_unit(abs(one.closing), one.currency))
    if one.waiting:
        yield row(say("waiting"), "", in_main_unit(one.waiting, one.currency))


def _what(each: SettlementRow, language: Language) -> str:
    """What a row is of and for: `o-17/1 discount, borne by platform`."""
    of = f"{each.order}/{each.line}" if each.line else each.order
    reason = each.reason.value if language == "en" else _REASONS[each.reason]
    said = [one for one in (of, reason, each.document) if one]
    if each.bearer:
        said.append(_SAID["borne"][language].format(bearer=each.bearer))
    return " ".join(said)

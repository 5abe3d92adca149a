"""A settlement in words (结算单): party by party, in English or Chinese.

It knows rows, and refuses to know what they sum up.
"""

from __future__ import annotations

from collections.abc import Iterator

from orderflow.columns import minute, row
from orderflow.currencies import in_main_unit
from orderflow.sentences import ROLES, SETTLED_FOR, SETTLEMENT, Language
from orderflow.settlement.values import (
    PartySettled,
    Role,
    Settlement,
    SettlementRow,
)


def text(settled: Settlement | PartySettled, language: Language = "en") -> str:
    """A settlement, or one party of it, for people, with a last line end; times are in UTC."""
    if isinstance(settled, PartySettled):
        return _lines(_party(settled, language))
    since, until = minute(settled.since), minute(settled.until)
    head = SETTLEMENT["settlement"][language].format(since=since, until=until)
    return "\n".join((f"{head}\n", *(_lines(_party(one, language)) for one in settled.parties)))


def _lines(rows: Iterator[str]) -> str:
    return "".join([f"{one.rstrip()}\n" for one in rows])


def _party(one: PartySettled, language: Language) -> Iterator[str]:
    def say(title: str) -> str:
        return SETTLEMENT[title][language]

    role = ROLES[one.role.value][language]
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
    reason = SETTLED_FOR[each.reason.value][language]
    said = [one for one in (of, reason, each.document) if one]
    if each.bearer:
        said.append(SETTLEMENT["borne"][language].format(bearer=each.bearer))
    return " ".join(said)

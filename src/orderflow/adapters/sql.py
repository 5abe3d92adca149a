"""Every statement that the stores in SQL share, in one place.

They are made of constants alone; values are always bound.
They are written as SQLite is told them; `dialects` says how another database is told the same.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Final

AT: Final = (
    "tenant = ? and sku = ? and location = ? and owner = ? and lot = ? and grade = ? and peg = ?"
)
COLUMNS: Final = "sku, location, owner, lot, grade, peg"
KEY: Final = f"tenant, {COLUMNS}"
SKUS: Final = "sku in ({skus})"
"""Stands for a list of SKUs: `of_skus` makes one of it."""

LOAD: Final = "select version, body, n from document where tenant = ? and kind = ? and id = ?"
LOAD_ANYWHERE: Final = f"""{LOAD}
    union all select version, body, null from archive where tenant = ? and kind = ? and id = ?"""
VERSION: Final = "select version, n from document where tenant = ? and kind = ? and id = ?"
INSERT: Final = """insert into document (tenant, kind, id, version, headline, customer, channel,
    shop, number, next_due, holds, body) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict do nothing"""
UPDATE: Final = """update document set version = ?, headline = ?, next_due = ?, holds = ?, body = ?
    where tenant = ? and kind = ? and id = ? and version = ? and n = coalesce(?, n)"""
ENTER: Final = """insert into entry (tenant, key, verb, kind, id, args, by, at, rules, figures,
    facts) values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) on conflict do nothing"""
VERSIONED: Final = "insert into version values (?, ?, ?, ?, ?)"
ENTRY: Final = """select seq, tenant, key, verb, kind, id, args, by, at,
    (select fingerprint from rules where n = rules), figures, facts from entry"""
SHELF: Final = f"""insert into counter as c values (?, ?, ?, ?, ?, ?, ?, ?, 0)
    on conflict ({KEY}) do update set there = c.there + excluded.there"""
CLAIM_MORE: Final = f"""update counter set claimed = claimed + ? where {AT}
    and there - claimed >= ?"""
CLAIM_LESS: Final = f"update counter set claimed = claimed - ? where {AT}"
RUN_OUT: Final = f"select cast(coalesce(sum(n), 0) as bigint) from claim where {AT} and until <= ?"
LATER: Final = f"select cast(coalesce(sum(n), 0) as bigint) from claim where {AT} and due >= ?"
GIVE_BACK: Final = f"delete from claim where {AT} and until <= ?"
FREE: Final = f"select there - claimed from counter where {AT}"
NEXT_TENANT: Final = "select tenant from entry where tenant > ? order by tenant limit 1"
THERE: Final = f"select there from counter where {AT}"
HOLDER: Final = "holder_kind = ? and holder = ? and due = ?"
GRANT: Final = f"""insert into claim as k values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict ({KEY}, holder_kind, holder, due) do update set n = k.n + excluded.n"""
RENEW: Final = f"update claim set until = ? where {AT} and {HOLDER}"
END: Final = f"""delete from claim where {AT} and {HOLDER} and n = ?
    and (until is null or until > ?)"""
LESSEN: Final = f"""update claim set n = n - ? where {AT} and {HOLDER}
    and n > ? and (until is null or until > ?)"""
MATTER: Final = f"""insert into matter as m values (?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict ({KEY}, account) do update set n = m.n + excluded.n"""

_COUNTERS: Final = f"""select {COLUMNS}, there,
    claimed - cast(coalesce((select sum(k.n) from claim k
    where k.tenant = c.tenant and k.sku = c.sku and k.location = c.location and k.owner = c.owner
    and k.lot = c.lot and k.grade = c.grade and k.peg = c.peg and k.until <= ?), 0) as bigint)
    from counter c where tenant = ?"""
COUNTERS_OF: Final = f"{_COUNTERS} and {SKUS} order by {COLUMNS}"
_WITHIN: Final = "(location = ? or (location > ? and location < ?))"
COUNTERS_AT: Final = f"{_COUNTERS} and {_WITHIN} order by {COLUMNS}"
OVER_COMMITTED: Final = "select distinct sku from counter where tenant = ? and claimed > there"
CLAIMS_AT: Final = f"""select holder_kind, holder, due, n, until from claim where {AT}
    order by 1, 2, 3"""
CLAIMS_OF: Final = f"""select {COLUMNS}, holder_kind, holder, due, n, until from claim
    where tenant = ? and {SKUS} and (until is null or until > ?)
    order by {COLUMNS}, holder_kind, holder, due"""
ALL_COUNTERS: Final = f"""select {COLUMNS}, there, claimed from counter
    where tenant = ? and (there <> 0 or claimed <> 0)"""
ALL_MATTER: Final = f"select {COLUMNS}, account, n from matter where tenant = ? and n <> 0"
ALL_CLAIMS: Final = f"""select {COLUMNS}, holder_kind, holder, due, n, until from claim
    where tenant = ?"""
BOOKS: Final = (
    (ALL_COUNTERS, COLUMNS),
    (ALL_MATTER, f"account, {COLUMNS}"),
    (ALL_CLAIMS, f"{COLUMNS}, holder_kind, holder, due"),
)
"""Counters, the ledger of goods and claims, each with the order of its rows, for `of_books`."""

OUT: Final = "insert into outbox values (?)"
UNSENT: Final = f"""{ENTRY} where seq in (select seq from outbox order by seq limit ?)
    order by seq"""
SENT: Final = "delete from outbox where seq in (select value from json_each(?))"
SENT_ON_POSTGRES: Final = """delete from outbox
    where seq in (select value::bigint from jsonb_array_elements_text(?::jsonb))"""

SEEN: Final = f"{ENTRY} where tenant = ? and key = ?"
ENTRIES: Final = f"{ENTRY} where seq > ? order by seq limit ?"
ENTRIES_OF: Final = f"""{ENTRY} where seq > ? and seq in
    (select seq from version where tenant = ? and kind = ? and id = ?) order by seq limit ?"""
VERSIONS: Final = "select tenant, kind, id, version from version where seq = ? order by 1, 2, 3"
VERSIONS_BETWEEN: Final = """select seq, tenant, kind, id, version from version
    where seq between ? and ? order by 1, 2, 3, 4"""
VERSIONS_BESIDE: Final = """select v.seq, v.tenant, v.kind, v.id, v.version
    from version o join version v on v.seq = o.seq
    where o.tenant = ? and o.kind = ? and o.id = ? and o.seq between ? and ?
    order by 1, 2, 3, 4"""
RULES: Final = "insert into rules (fingerprint) values (?) on conflict do nothing"
RULES_NUMBER: Final = "select n from rules where fingerprint = ?"
NUMBER: Final = """select id from document
    where tenant = ? and channel = ? and shop = ? and number = ?"""
RUNS: Final = f"""select 1 from claim where {AT} and {HOLDER}
    and (until is null or until > ?)"""
PUT_PERSON: Final = """insert into person values (?, ?)
    on conflict (ref) do update set details = excluded.details"""
GET_PERSON: Final = "select details from person where ref = ?"
ERASE_PERSON: Final = "delete from person where ref = ?"
CHECKPOINT: Final = "pragma wal_checkpoint(truncate)"

OF_LOT: Final = "insert into of_lot values (?, ?, ?) on conflict do nothing"
NO_LOT: Final = "delete from of_lot where tenant = ? and id = ?"
FILE: Final = "pragma database_list"
LOOKED_UP_BY: Final = "headline, customer, channel, shop, number, next_due, holds"
_EACH: Final = f"""select kind, id, version, {LOOKED_UP_BY}, body from document
    where tenant = ? and (kind, id) > (?, ?)"""
ALL_DOCUMENTS: Final = f"""{_EACH} union all {_EACH.replace("from document", "from archive")}
    order by 1, 2 limit ?"""
ALL_ABOUT: Final = """select kind, id, "order" from about where tenant = ? order by kind, id"""
ALL_LOTS: Final = "select 'order', id, lot from of_lot where tenant = ? order by id"
ALL_ENTRIES: Final = f"{ENTRY} where tenant = ? and seq > ? order by seq limit ?"
LOST: Final = """select before + 1, seq - 1 from
    (select seq, lag(seq, 1, 0) over (order by seq) as before from entry) where seq > before + 1"""
LOST_VERSIONED: Final = """select distinct seq, seq from version v
    where not exists (select 1 from entry e where e.seq = v.seq) order by 1"""
LAST: Final = "select coalesce(max(seq), 0) from entry"
LAST_VERSIONED: Final = "select coalesce(max(seq), 0) from version"

_KEPT: Final = f"tenant, kind, id, version, {LOOKED_UP_BY}, body, n"
QUIET: Final = """select d.version, d.body from document d
    join version v on v.tenant = d.tenant and v.kind = d.kind and v.id = d.id
        and v.version = d.version
    join entry e on e.seq = v.seq
    where d.tenant = ? and d.kind = ? and e.at < ? and d.id > ? order by d.id limit ?"""
LEAVE: Final = f"""delete from document where tenant = ? and kind = ? and id = ? and version = ?
    returning {_KEPT}"""
PUT_AWAY: Final = f"""insert into archive ({_KEPT})
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"""
IS_AWAY: Final = """select 1 from archive
    where tenant = ? and kind = ? and id = ? and version = ?"""
COME_BACK: Final = f"""delete from archive where tenant = ? and kind = ? and id = ?
    returning {_KEPT}"""
BRING_BACK: Final = f"""insert into document ({_KEPT})
    values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?,
        max(?, (select coalesce(max(n), 0) from document)) + 1)"""
"""With a number beyond each that it has had: by that, others see that their copy is an old one."""
NUMBER_AWAY: Final = """select id from archive
    where tenant = ? and channel = ? and shop = ? and number = ?"""

IS_CLAIMED: Final = f"select claimed from counter where {AT}"
IS_MATTER: Final = f"select n from matter where {AT} and account = ?"
IS_CLAIM: Final = f"select holder_kind, holder, due, n, until from claim where {AT} and {HOLDER}"
IS_LOOKED_UP_BY: Final = f"""select {LOOKED_UP_BY} from document
    where tenant = ? and kind = ? and id = ?"""
IS_ABOUT: Final = 'select "order" from about where tenant = ? and kind = ? and id = ?'
IS_OF_LOT: Final = "select lot from of_lot where tenant = ? and ? = 'order' and id = ?"

SET_THERE: Final = f"""insert into counter values (?, ?, ?, ?, ?, ?, ?, ?, 0)
    on conflict ({KEY}) do update set there = excluded.there"""
SET_CLAIMED: Final = f"""insert into counter values (?, ?, ?, ?, ?, ?, ?, 0, ?)
    on conflict ({KEY}) do update set claimed = excluded.claimed"""
SET_MATTER: Final = f"""insert into matter values (?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict ({KEY}, account) do update set n = excluded.n"""
NO_MATTER: Final = f"delete from matter where {AT} and account = ?"
SET_CLAIM: Final = f"""insert into claim values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
    on conflict ({KEY}, holder_kind, holder, due)
    do update set n = excluded.n, until = excluded.until"""
NO_CLAIM: Final = f"delete from claim where {AT} and {HOLDER}"
SET_DOCUMENT: Final = """update document
    set n = (select max(n) + 1 from document), version = ?, body = ?
    where tenant = ? and kind = ? and id = ?"""
NO_DOCUMENT: Final = "delete from document where tenant = ? and kind = ? and id = ?"
SET_LOOKUP: Final = """update document set headline = ?, customer = ?, channel = ?, shop = ?,
    number = ?, next_due = ?, holds = ? where tenant = ? and kind = ? and id = ?"""
NO_ABOUT: Final = "delete from about where tenant = ? and kind = ? and id = ?"

ABOUT: Final = "insert into about values (?, ?, ?, ?) on conflict do nothing"

NARROWING: Final = ("headline", "customer", "channel", "number")
_LESS_THAN_NUMBER: Final = ("headline", "customer")


def find(
    narrowed: Collection[str],
    *,
    due: bool,
    on_hold: bool = False,
    hold: bool = False,
    order: bool = False,
    lot: bool = False,
    everywhere: bool = False,
    hints: bool = True,
) -> str:
    """The statement that finds documents by some of the narrowing columns, what is due and holds.

    What is about an order, or of a lot, is looked up first, by its own table.

    A `+` keeps SQLite from choosing an index by that column: what has a number or a limit is sooner
    found by it than by walking the ids, which come in the order that is wanted.
    With `everywhere` the archive is looked through as well, and every value but the limit is bound
    twice.
    Few documents are on hold, so their index is named where nothing finds less.
    Such `hints` are for SQLite alone.
    """
    by_number = "+" if hints and "number" in narrowed else ""
    by_either = "+" if hints and due else by_number
    wanted = "".join(
        f" and {by_number if column in _LESS_THAN_NUMBER else ''}{column} = ?"
        for column in NARROWING
        if column in narrowed
    )
    until = " and next_due <= ?" if due else ""
    held = " and holds is not null" if on_hold else ""
    found = "instr(holds, ?)" if hints else "strpos(holds, ?) > 0"
    coded = f" and {found}" if hold else ""
    about = (
        ' and id in (select id from about where tenant = ? and kind = ? and "order" = ?)'
        if order
        else ""
    )
    of_lot = (
        " and ? = 'order' and id in (select id from of_lot where tenant = ? and lot = ?)"
        if lot
        else ""
    )
    conditions = f"{wanted}{until}{held}{coded}{about}{of_lot}"
    index = (
        " indexed by document_holds"
        if hints and on_hold and not (by_either or order or lot)
        else ""
    )
    where = f"where tenant = ? and {by_number}kind = ? and {by_either}id > ?{conditions}"
    live = f"from document{index} {where}"
    if not everywhere:
        return f"select version, body {live} order by id limit ?"
    return f"""select version, body, id {live}
        union all select version, body, id from archive {where} order by id limit ?"""


@cache
def of_skus(statement: str, n: int) -> str:
    """A statement over so many SKUs."""
    return statement.replace("{skus}", ", ".join("?" * n))


def of_books(statement: str, order: str, *, sku: bool, location: bool) -> str:
    """A statement over a book, of one SKU and of one place where wanted."""
    narrower = " and sku = ?" if sku else ""
    narrower += f" and {_WITHIN}" if location else ""
    return f"{statement}{narrower} order by {order}"

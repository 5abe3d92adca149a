"""The journal, read once: documents are the fold of their facts, and questions answer alike.

It knows entries and what they give, and refuses to know what a bag or a price should look like.
"""

from __future__ import annotations

from collections import Counter as Tally
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from random import Random  # noqa: TID251 - the caller gives the seed
from typing import Final, TypeAlias

import attrs

from orderflow.audit.law import Law
from orderflow.books import ClaimKey, postings
from orderflow.calls import Ref
from orderflow.errors import OrderflowError
from orderflow.facts import Fact, Posted, fold, touches
from orderflow.journal import Entry, Stored
from orderflow.payments.losses import left_of
from orderflow.ports import Store
from orderflow.records import Document, MatterKind, Payment
from orderflow.rules import Rules
from orderflow.values import Position
from orderflow.workflow import Workflow

Account: TypeAlias = tuple[MatterKind, Position]
HoldingKey: TypeAlias = ClaimKey
Holding: TypeAlias = tuple[int, datetime | None]
"""How much is claimed, and until when."""

_CLAIMANTS: Final = ("order", "stock hold", "payment")
_PAYS_BACK: Final = ("refund", "ask_refund", "pay_back", "ask_pay_back")


class JournalCheck:
    """The journal read once: what it says of documents and books, and questions drawn from it."""

    def __init__(self, tenant: str, rules: str, sample: int, seed: int) -> None:
        self.tenant, self.rules, self.sample = tenant, rules, sample
        self.chance = Random(seed)  # noqa: S311 - to be drawn again, not to be secret
        self.entries = self.facts = self.under_rules = self.compared = 0
        self.last = datetime(1970, 1, 1, tzinfo=UTC)
        self.documents: dict[Ref[Document], Document] = {}
        self.versions: dict[Ref[Document], int] = {}
        self.damaged: set[Ref[Document]] = set()
        self.suspect: set[Ref[Document]] = set()  # changed by an entry in which something is wrong
        self.torn = False  # whether entries are out of order, or there twice
        self.keys: set[str] = set()
        self.accounts: Tally[Account] = Tally()
        self.posted: Tally[Account] = Tally()  # the part that no unit of an order moved
        self.limits: Tally[Position] = Tally()
        self.claims: dict[HoldingKey, Holding] = {}  # of holders whose documents do not say it
        self.drawn: list[Entry] = []
        self.over_refunds: list[str] = []  # the law of money says them
        self.breaches: list[str] = []

    def read(self, entries: Iterable[Entry]) -> None:
        before = 0
        for entry in entries:
            if entry.seq <= before:
                self.torn = True
                self.breaches.append(f"entry {entry.seq} comes after entry {before}")
            before = entry.seq
            if entry.call.ref.tenant == self.tenant:
                self._read(entry)

    def _read(self, entry: Entry) -> None:
        self.entries += 1
        self.facts += len(entry.facts)
        self.last = max(self.last, entry.at)
        if entry.key in self.keys:
            self.torn = True
            self.breaches.append(f"entry {entry.seq}: key {entry.key} for the second time")
        self.keys.add(entry.key)
        self._draw(entry)
        self._fold(entry)
        self._post(entry)

    def _draw(self, entry: Entry) -> None:
        """Keep a fair sample of the entries so far that were decided under the rules."""
        if entry.rules != self.rules:
            return
        self.under_rules += 1
        if len(self.drawn) < self.sample:
            self.drawn.append(entry)
        elif self.sample:
            i = self.chance.randrange(self.under_rules)
            if i < self.sample:
                self.drawn[i] = entry

    def _fold(self, entry: Entry) -> None:
        groups: dict[Ref[Document], list[Fact]] = {}
        for fact in entry.facts:
            for ref in touches(fact):
                groups.setdefault(ref, []).append(fact)
        versions = dict(entry.versions)
        breaches = len(self.breaches)
        for ref in sorted(versions.keys() ^ groups.keys()):
            said = "without a fact" if ref in versions else "without a version"
            self.breaches.append(f"{ref}: changed by entry {entry.seq} {said}")
        for ref, version in entry.versions:
            known = self.versions.get(ref, 0)
            if version != known + 1:
                said = f"entry {entry.seq} makes version {version} of version {known}"
                self.breaches.append(f"{ref}: {said}")
            self.versions[ref] = version
        for ref, facts in groups.items():
            if ref in self.damaged:
                continue
            before = self.documents.get(ref)
            try:
                after = self.documents[ref] = fold(before, facts)
            except (ValueError, KeyError) as misfit:
                self.damaged.add(ref)
                self.breaches.append(f"{ref}: entry {entry.seq} does not fold: {misfit}")
            else:
                if isinstance(after, Payment):
                    self._weigh(entry, before, after)
        if len(self.breaches) > breaches:
            self.suspect |= versions.keys() | groups.keys()

    def _weigh(self, entry: Entry, before: Document | None, after: Payment) -> None:
        """A refund beyond what was left of a payment. A bank may take more back later.

        A forfeited deposit is ours, and none of it goes back by a verb of ours.
        """
        earlier = before.refunded if isinstance(before, Payment) else 0
        ours = after.forfeited if entry.call.verb in _PAYS_BACK else 0
        if after.refunded > earlier and left_of(after) < ours:
            said = f"{after.refunded - earlier} refunded by entry {entry.seq}, "
            said += f"{ours - left_of(after)} more than was left"
            self.over_refunds.append(f"{after.ref}: {said}")

    def _post(self, entry: Entry) -> None:
        posted = postings(entry.facts)
        for transfer in posted.transfers:
            self.accounts[transfer.source, transfer.source_at] -= transfer.n
            self.accounts[transfer.target, transfer.target_at] += transfer.n
        for fact in entry.facts:
            if type(fact) is Posted:
                one = fact.transfer
                self.posted[one.source, one.source_at] -= one.n
                self.posted[one.target, one.target_at] += one.n
        for at, n in posted.limits:
            self.limits[at] += n
        for change in posted.claims:
            holder, at = change.holder, change.position
            key = (at, holder, change.due)
            own = holder.kind in _CLAIMANTS or (holder.kind == "supply" and not at.peg)
            if not own:
                n, until = self.claims.pop(key, (0, None))
                if n + change.n:
                    until = change.until if change.renewed else until
                    self.claims[key] = (n + change.n, until)

    def compare(
        self, stored: Stored[Document], encode: Callable[[Document], bytes | str] | None
    ) -> None:
        """One document of the store against what its facts give."""
        document = stored.value
        ref, self.compared = document.ref, self.compared + 1
        folded = self.documents.pop(ref, None)
        version = self.versions.get(ref, 0)
        if folded is None:
            if ref not in self.damaged:
                self.breaches.append(f"{ref}: in the store, and not in the journal")
            return
        if stored.version != version:
            self.breaches.append(f"{ref}: version {stored.version}, {version} by the journal")
        if ref in self.damaged:
            return
        if folded != document:
            named = [
                field.name
                for field in attrs.fields(type(folded))
                if getattr(folded, field.name) != getattr(document, field.name, None)
            ]
            self.breaches.append(f"{ref}: its facts give another {', '.join(named) or 'kind'}")
        elif encode is not None and encode(folded) != encode(document):
            self.breaches.append(f"{ref}: its facts give the same values in other bytes")

    def law(self) -> Law:
        lost = (f"{ref}: in the journal, and not in the store" for ref in sorted(self.documents))
        figure = f"{self.facts:,} facts in {self.entries:,} entries fold to "
        figure += f"{self.compared:,} documents"
        return Law("journal", self.entries, figure, (*self.breaches, *lost))


def run_again(store: Store, rules: Rules | None, journal: JournalCheck) -> Law:
    """Questions run again under the rules by which they were decided give their own facts."""
    if rules is None:
        return Law("questions", 0, "none run again: no rules were given", ())
    workflow = Workflow(store, rules, tenant=journal.tenant)
    breaches = []
    for entry in sorted(journal.drawn, key=lambda entry: entry.seq):
        question = f"entry {entry.seq}, {entry.call.verb} on {entry.call.ref}"
        try:
            facts = workflow.again(entry)
        except (OrderflowError, ValueError, TypeError, KeyError) as no:
            breaches.append(f"{question}: {no}")
        else:
            if facts != entry.facts:
                breaches.append(f"{question}: gives other facts")
    others = journal.entries - journal.under_rules
    figure = f"{len(journal.drawn):,} of {journal.under_rules:,} run again; "
    figure += f"{others:,} more were decided under other rules"
    return Law("questions", len(journal.drawn), figure, tuple(breaches))

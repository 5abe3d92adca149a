"""Questions, decisions and what they change: calls, verbs, steps and entries.

It knows what a verb is and what a command becomes, and refuses to know any single verb.

A verb is a plain function: `ship(case, context, ...) -> Step`.
Its *case* reads the documents that it names; its *context* is time, actor and rules; its `Step` is
facts.
A step folds its facts when somebody looks, so that a verb sees what it has done so far, and nobody
folds them again.
What a case has read is remembered with its version: a change replaces some documents and relies on
the others, and a store refuses it when either has moved on.

One file, though long: case, step, verb and change are one idea seen from four sides.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from enum import StrEnum
from functools import cached_property
from types import FunctionType
from typing import (
    Any,
    Concatenate,
    Final,
    Generic,
    ParamSpec,
    Protocol,
    TypeVar,
    cast,
    get_type_hints,
)

import attrs

from orderflow.bills import CreditNote, Invoice, Series
from orderflow.books import Postings
from orderflow.calls import Call, Ref
from orderflow.chart import Chart
from orderflow.errors import IllegalMove, MoveRefused, NotFound, Refusal
from orderflow.facts import (
    TOUCHES_ONE,
    Advanced,
    Fact,
    Held,
    Moved,
    Noted,
    Opened,
    Unheld,
    fold,
    touches,
)
from orderflow.grants import Kept
from orderflow.records import (
    KINDS,
    Arrival,
    CarrierClaim,
    Charted,
    Claim,
    Complaint,
    Counter,
    Coupon,
    CreditLine,
    Dispatch,
    Document,
    Exchange,
    Feed,
    Hold,
    Item,
    Line,
    Lot,
    Order,
    Parcel,
    Payment,
    Purchase,
    Quota,
    Reissue,
    Return,
    Slice,
    Spot,
    StockHold,
    Supply,
    WorkOrder,
)
from orderflow.rules import Rules
from orderflow.states import ONWARD, UNIT, DocumentFacts, ParcelFacts, UnitMove, UnitState
from orderflow.tenders import StoredValue
from orderflow.units import Chosen, LineQuantities, Tag, choose, tag, unit_facts, unit_of
from orderflow.values import Position, in_utc

D = TypeVar("D", bound=Document)
T = TypeVar("T", bound=Document)
P = ParamSpec("P")
V = TypeVar("V", bound=object)
S = TypeVar("S", bound=StrEnum)
M = TypeVar("M", bound=StrEnum)


@attrs.frozen(weakref_slot=False)
class Stored(Generic[D]):
    """A document with its version: the number of commands that have changed it."""

    value: D
    version: int


@attrs.frozen
class Context:
    """What a verb knows beside its case: the time, who asks, and the host's rules."""

    at: datetime
    by: str
    rules: Rules


class Reader(Protocol):
    """What a case reads from: a store, or a past that is folded again."""

    def load(self, ref: Ref[D]) -> Stored[D] | None:
        """The document and its version, or `None`."""
        ...

    def counters(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Counter, ...]:
        """Every counter of a tenant's SKUs, sorted, without the holds that have run out at `at`."""
        ...

    def counters_at(self, tenant: str, location: str, at: datetime) -> tuple[Counter, ...]:
        """Every counter of a tenant at a location and within it, sorted."""
        ...

    def claims_of(self, tenant: str, skus: Collection[str], at: datetime) -> tuple[Claim, ...]:
        """Every claim on a tenant's SKUs that runs at `at`, sorted."""
        ...


class Case:
    """The documents that a verb reads. Each is read once, and remembered with its version.

    So are the counters of each SKU.
    """

    __slots__ = ("_rows", "at", "figures", "read", "reader", "ref")

    def __init__(self, ref: Ref[Document], reader: Reader, at: datetime) -> None:
        self.ref = ref
        self.reader = reader
        self.at = at
        self.read: dict[Ref[Document], Stored[Document] | None] = {}
        self.figures: tuple[Counter | Claim, ...] = ()
        self._rows: dict[str, list[Counter]] = {}

    def find(self, ref: Ref[D]) -> D | None:
        """The document, or `None`."""
        read: dict[Any, Any] = self.read
        try:
            stored = read[ref]
        except KeyError:
            stored = read[ref] = self.reader.load(ref)
        return None if stored is None else stored.value

    def get(self, ref: Ref[D]) -> D:
        """The document; `NotFound` without it."""
        found = self.find(ref)
        if found is None:
            raise NotFound(ref.kind, ref.id)
        return found

    def counters(self, skus: Collection[str]) -> tuple[Counter, ...]:
        """The counters of these SKUs; they are kept in the journal as figures that were read."""
        new = sorted({sku for sku in skus if sku not in self._rows})
        if new:
            read = self.reader.counters(self.ref.tenant, new, self.at)
            self.figures += read
            self._rows.update({sku: [] for sku in new})
            for row in read:
                self._rows[row.position.sku].append(row)
        return tuple([row for sku in sorted(set(skus)) for row in self._rows[sku]])

    def counter(self, position: Position) -> Counter:
        """The counter of a position, read with all others of its SKU; none is one of nothing."""
        rows = self.counters((position.sku,))
        return next((row for row in rows if row.position == position), Counter(position, 0, 0))

    def counters_at(self, location: str) -> tuple[Counter, ...]:
        """The counters at a location and within it, of every SKU; kept as figures like those."""
        read = self.reader.counters_at(self.ref.tenant, location, self.at)
        self.figures += read
        return read

    def claims(self, skus: Collection[str]) -> tuple[Claim, ...]:
        """Who claims these SKUs, where and for when; kept in the journal like the counters."""
        read = self.reader.claims_of(self.ref.tenant, skus, self.at)
        self.figures += read
        return read

    def overdue(self, pool: str) -> tuple[Claim, ...]:
        """Who claims a pool for an instant that has come; these alone are kept as figures."""
        found = self.reader.claims_of(self.ref.tenant, (pool,), self.at)
        late = tuple([one for one in found if one.due is not None and one.due <= self.at])
        self.figures += late
        return late

    def own(self, kind: type[D]) -> Ref[D]:
        """The document that the verb is called on; `TypeError` when it is of another kind."""
        if KINDS.get(self.ref.kind) is not kind:
            raise TypeError(f"{self.ref} is not of the kind {kind.__name__}")
        return cast("Ref[D]", self.ref)

    def order(self, id: str) -> Ref[Order]:
        """The reference of an order of the same tenant."""
        return Ref(self.ref.tenant, "order", id)

    def payment(self, id: str) -> Ref[Payment]:
        """The reference of a payment of the same tenant."""
        return Ref(self.ref.tenant, "payment", id)

    def dispatch(self, id: str) -> Ref[Dispatch]:
        """The reference of a dispatch of the same tenant."""
        return Ref(self.ref.tenant, "dispatch", id)

    def parcel(self, id: str) -> Ref[Parcel]:
        """The reference of a parcel of the same tenant."""
        return Ref(self.ref.tenant, "parcel", id)

    def returned(self, id: str) -> Ref[Return]:
        """The reference of a return of the same tenant."""
        return Ref(self.ref.tenant, "return", id)

    def exchange(self, id: str) -> Ref[Exchange]:
        """The reference of an exchange of the same tenant."""
        return Ref(self.ref.tenant, "exchange", id)

    def reissue(self, id: str) -> Ref[Reissue]:
        """The reference of a reissue of the same tenant."""
        return Ref(self.ref.tenant, "reissue", id)

    def carrier_claim(self, id: str) -> Ref[CarrierClaim]:
        """The reference of a claim on a carrier of the same tenant."""
        return Ref(self.ref.tenant, "carrier claim", id)

    def complaint(self, id: str) -> Ref[Complaint]:
        """The reference of a complaint of the same tenant."""
        return Ref(self.ref.tenant, "complaint", id)

    def purchase(self, id: str) -> Ref[Purchase]:
        """The reference of a purchase of the same tenant."""
        return Ref(self.ref.tenant, "purchase", id)

    def work_order(self, id: str) -> Ref[WorkOrder]:
        """The reference of a work order of the same tenant."""
        return Ref(self.ref.tenant, "work order", id)

    def stock_hold(self, id: str) -> Ref[StockHold]:
        """The reference of a stock hold of the same tenant."""
        return Ref(self.ref.tenant, "stock hold", id)

    def supply(self, id: str) -> Ref[Supply]:
        """The reference of a supply row of the same tenant."""
        return Ref(self.ref.tenant, "supply", id)

    def lot(self, id: str) -> Ref[Lot]:
        """The reference of a lot of the same tenant, by the id that `lot_id` makes."""
        return Ref(self.ref.tenant, "lot", id)

    def item(self, sku: str) -> Ref[Item]:
        """The reference of what is planned for a SKU of the same tenant."""
        return Ref(self.ref.tenant, "item", sku)

    def quota(self, id: str) -> Ref[Quota]:
        """The reference of a quota of the same tenant."""
        return Ref(self.ref.tenant, "quota", id)

    def feed(self, id: str) -> Ref[Feed]:
        """The reference of a supplier's feed of the same tenant, by the id that `feed_id` makes."""
        return Ref(self.ref.tenant, "feed", id)

    def invoice(self, id: str) -> Ref[Invoice]:
        """The reference of an invoice of the same tenant."""
        return Ref(self.ref.tenant, "invoice", id)

    def credit_note(self, id: str) -> Ref[CreditNote]:
        """The reference of a credit note of the same tenant."""
        return Ref(self.ref.tenant, "credit note", id)

    def stored_value(self, id: str) -> Ref[StoredValue]:
        """The reference of a balance of the same tenant that is kept."""
        return Ref(self.ref.tenant, "stored value", id)

    def series(self, id: str) -> Ref[Series]:
        """The reference of a series of numbers of the same tenant, by the id of `series_id`."""
        return Ref(self.ref.tenant, "series", id)

    def coupon(self, code: str) -> Ref[Coupon]:
        """The reference of a coupon of the same tenant."""
        return Ref(self.ref.tenant, "coupon", code)

    def arrival(self, id: str) -> Ref[Arrival]:
        """The reference of goods that came back unasked."""
        return Ref(self.ref.tenant, "arrival", id)

    def credit_line(self, id: str) -> Ref[CreditLine]:
        """The reference of a customer's credit, by the id that `credit_id` makes."""
        return Ref(self.ref.tenant, "credit line", id)


class Step:
    """The facts that a verb gives, and the documents that they give.

    Facts are folded when somebody looks: `now` and `after` are always up to date.
    """

    __slots__ = ("_after", "_pending", "_tagged", "case", "context", "facts", "kept", "there")

    def __init__(self, case: Case, context: Context) -> None:
        self.case = case
        self.context = context
        self.facts: list[Fact] = []
        self.there: dict[Position, int] = {}
        self.kept: dict[Kept, None] = {}
        self._after: dict[Ref[Document], Document] = {}
        self._pending: dict[Ref[Document], list[Fact]] = {}
        self._tagged: dict[tuple[int, tuple[tuple[str, Tag], ...]], tuple[Slice, Slice]] = {}

    @property
    def after(self) -> dict[Ref[Document], Document]:
        """Every document that was touched, as it is after the facts."""
        if self._pending:
            for ref in tuple(self._pending):
                self._fold(ref)
        return self._after

    def now(self, ref: Ref[D]) -> D:
        """The document as it is after the facts so far."""
        name: Any = ref
        if name in self._pending:
            done: Any = self._fold(name)
        else:
            done = self._after.get(name)
        return self.case.get(ref) if done is None else done

    def _fold(self, ref: Ref[Document]) -> Document:
        facts = self._pending.pop(ref)
        before = self._after.get(ref)
        if before is None and type(facts[0]) is not Opened:
            before = self.case.get(ref)
        after = self._after[ref] = fold(before, facts)
        return after

    def add(self, *facts: Fact) -> None:
        """Give facts, in order."""
        pending = self._pending
        for fact in facts:
            one = TOUCHES_ONE.get(type(fact))
            for ref in touches(fact) if one is None else (one(fact),):
                if ref in pending:
                    pending[ref].append(fact)
                else:
                    pending[ref] = [fact]
        self.facts.extend(facts)

    def rely_on_there(self, position: Position) -> int:
        """What is there at a position; the change is refused when that has moved on.

        For facts that are a difference to it: two of them, each right alone, are wrong together.
        """
        there = self.there[position] = self.case.counter(position).there
        return there

    def keep(self, *kept: Kept) -> None:
        """The change is refused as short where it leaves less than this free at positions."""
        self.kept.update(dict.fromkeys(kept))

    def open(self, document: Document) -> None:
        """A new document; refused when one of that name is there."""
        ref = document.ref
        if ref in self._after or ref in self._pending or self.case.find(ref) is not None:
            raise MoveRefused((Refusal.of("already_there", kind=ref.kind, id=ref.id),))
        self.add(Opened(document))

    def chart(self, ours: Chart[S, M, V]) -> Chart[S, M, V]:
        """The chart that the host's process has in the place of ours."""
        return self.context.rules.process.chart(ours)

    @property
    def ready(self) -> Callable[[Spot], bool] | None:
        """Which units have passed the host's obligatory stages of their state; `None`: all."""
        process = self.context.rules.process
        if not process.stages:
            return None
        return lambda spot: process.passed(spot.state, spot.slice.stage)

    def choose(
        self,
        order: Order,
        verb: str,
        states: Sequence[UnitState],
        wanted: LineQuantities = (),
        where: Callable[[Slice], bool] | None = None,
        ready: Callable[[Spot], int] | None = None,
        of: Callable[[Line], bool] | None = None,
    ) -> list[Chosen]:
        """The units that a verb means, as `units.choose` finds them, by the host's process."""
        process = self.context.rules.process
        return choose(order, verb, states, wanted, where, ready, of, process=process)

    def advance(self, ours: Chart[S, M, V], ref: Ref[Document], move: M, facts: V) -> None:
        """Move a document along its chart."""
        state = cast("S", cast("Charted", self.now(ref)).state)
        target = self.chart(ours).advance(state, move, facts, ref)
        self.add(Advanced(ref, state, move, target, self.context.at))

    def proceed(
        self,
        ours: Chart[S, M, DocumentFacts] | Chart[S, M, ParcelFacts],
        ref: Ref[Document],
        move: M,
    ) -> None:
        """Move a document along its chart, whose guards see no more than the document itself."""
        chart: Chart[S, M, Any] = ours
        self.advance(chart, ref, move, document_facts(self.now(ref)))

    def move(self, order: Order, move: UnitMove, chosen: Iterable[Chosen], **tags: Tag) -> None:
        """Move chosen units along the unit chart, and change these tags of their slices.

        Units that leave their state leave the host's stage of it too.
        """
        chart = self.chart(UNIT)
        ref = order.ref
        asked: tuple[UnitState, Line, str] | None = None
        target = UNIT.initial
        moved: list[Fact] = []
        for line, spot, n in chosen:
            source, taken = spot.state, spot.slice
            stage = taken.stage
            if asked != (source, line, stage):
                asked = (source, line, stage)
                try:
                    target = chart.advance(source, move, unit_facts(order, line, stage))
                except IllegalMove as no:
                    raise IllegalMove(unit_of(order, line), source, move, no.can) from None
            left: dict[str, Tag] = tags | {"stage": ""} if stage and "stage" not in tags else tags
            put = self._tag(taken, left) if left else taken
            moved.append(Moved(ref, line.id, line.sku, n, source, taken, target, put))
        self.facts.extend(moved)
        if moved:
            self._pending.setdefault(ref, []).extend(moved)

    def _tag(self, taken: Slice, tags: dict[str, Tag]) -> Slice:
        """The slice with these tags; one value serves all units that come to share it."""
        key = (id(taken), tuple(tags.items()))
        made = self._tagged.get(key)
        if made is None:
            # The old slice is kept too, so that its id stays its own.
            made = self._tagged[key] = (taken, tag(taken, **tags))
        return made[1]

    def retag(self, order: Order, chosen: Iterable[Chosen], **tags: Tag) -> None:
        """Keep the state of chosen units, and change these tags of their slices."""
        self.add(
            *(
                Moved(
                    order.ref,
                    line.id,
                    line.sku,
                    n,
                    spot.state,
                    spot.slice,
                    spot.state,
                    self._tag(spot.slice, tags),
                )
                for line, spot, n in chosen
            )
        )

    def hold(
        self, ref: Ref[Document], code: str, reason: str, blocks: tuple[str, ...] = ONWARD
    ) -> None:
        """Set a named hold on a document, unless it is there."""
        if all(hold.code != code for hold in holds_of(self.now(ref))):
            self.add(Held(ref, Hold(code, reason, self.context.by, blocks)))

    def lift(self, ref: Ref[Document], code: str) -> None:
        """Lift a named hold; refused when it is not there."""
        if all(hold.code != code for hold in holds_of(self.now(ref))):
            raise MoveRefused((Refusal.of("hold_not_set", what=str(ref), hold=code),))
        self.add(Unheld(ref, code))

    def lift_if_there(self, ref: Ref[Document], code: str) -> None:
        """Lift a named hold that a verb has set; one that a person has lifted before is gone."""
        if any(hold.code == code for hold in holds_of(self.now(ref))):
            self.add(Unheld(ref, code))

    def note(self, ref: Ref[Document], what: str, **details: str | int) -> None:
        """Write down what was learnt."""
        self.add(Noted(ref, what, tuple(details.items())))


MISSING: Final = object()
"""Stands for the default of a parameter that has none."""


def _defaults(function: FunctionType) -> dict[str, Any]:
    """A verb's own parameters with their defaults; `inspect.signature` is too slow at import."""
    code = function.__code__
    names = code.co_varnames[: code.co_argcount + code.co_kwonlyargcount]
    given = function.__defaults__ or ()
    values = dict.fromkeys(names, MISSING)
    values.update(zip(names[code.co_argcount - len(given) : code.co_argcount], given, strict=True))
    values.update(function.__kwdefaults__ or {})
    return dict(list(values.items())[2:])


def _as_kept(value: object, depth: int = 2) -> object:
    """An argument as a journal gives it back: lists as tuples, times in UTC.

    Else the same question would be another one after it was kept, and the caller could still change
    it.
    """
    if depth and (type(value) is list or type(value) is tuple):
        return tuple([_as_kept(part, depth - 1) for part in value])
    if not isinstance(value, datetime) or (value.tzinfo is UTC and type(value) is datetime):
        return value
    if value.utcoffset() is not None:
        with suppress(OverflowError):
            return in_utc(value)
    return value


def holds_of(document: Document) -> tuple[Hold, ...]:
    """The holds of a document; some kinds have none."""
    if isinstance(document, _WITHOUT_HOLDS):
        return ()
    return document.holds


_WITHOUT_HOLDS: Final = (
    *(StockHold, Supply, Item, Quota, Feed, Complaint, Arrival, CarrierClaim),
    *(Invoice, CreditNote, Series, StoredValue, Coupon),
)


def document_facts(document: Document) -> DocumentFacts:
    """What the guards see of a document alone."""
    if isinstance(document, Parcel):
        return ParcelFacts(str(document.ref), document.holds, document.weight_grams)
    return DocumentFacts(str(document.ref), holds_of(document))


class Verb(Generic[T, P]):
    """A verb by its name; `on` makes a call of it."""

    def __init__(
        self, name: str, kind: str, function: Callable[Concatenate[Case, Context, P], Step]
    ) -> None:
        self.name: Final = name
        self.kind: Final = kind
        self.function: Final = function
        self.defaults: Final = _defaults(cast("FunctionType", function))
        self.__doc__ = function.__doc__

    def on(self, id: str, *args: P.args, **kwargs: P.kwargs) -> Call[T]:
        """This verb on the document of that id, with its arguments."""
        return self.of(Ref("", self.kind, id), *args, **kwargs)

    def of(self, ref: Ref[T], *args: P.args, **kwargs: P.kwargs) -> Call[T]:
        """This verb on a document of any tenant.

        What is left at its default is left out of the call, so that one question has one form.
        """
        bound: list[tuple[str, object]] = []
        for i, (name, default) in enumerate(self.defaults.items()):
            if i < len(args):
                if name in kwargs:
                    raise TypeError(f"{self.name} has {name} twice")
                value = args[i]
            else:
                value = kwargs.get(name, default)
                if value is MISSING:
                    raise TypeError(f"{self.name} lacks {name}")
            if value is default:
                continue
            value = _as_kept(value)
            if type(value) is not type(default) or value != default:
                bound.append((name, value))
        unknown = [name for name in kwargs if name not in self.defaults]
        if unknown or len(args) > len(self.defaults):
            given = ", ".join(unknown) or f"{len(args)} arguments"
            raise TypeError(f"{self.name} does not take {given}")
        return Call(self.name, ref, tuple(bound))

    @cached_property
    def hints(self) -> dict[str, Any]:
        """The types of the verb's own parameters, for the codec."""
        hints = get_type_hints(self.function)
        return {name: hints[name] for name in self.defaults}


STOCK: Final = "stock"
"""The kind of reference that stock verbs are called on; its id is free text."""

VERBS: Final[dict[str, Verb[Any, ...]]] = {}
"""Every verb by its name: the journal knows verbs by name only."""


def kind_of(document: type[object]) -> str:
    """The name of a kind of documents, as it stands in a `Ref`."""
    return next(name for name, kind in KINDS.items() if kind is document)


def verb(
    name: str, kind: type[T]
) -> Callable[[Callable[Concatenate[Case, Context, P], Step]], Verb[T, P]]:
    """Register a function as the verb of that name on documents of that kind."""
    kind_name = kind_of(kind)

    def register(function: Callable[Concatenate[Case, Context, P], Step]) -> Verb[T, P]:
        return _registered(Verb(name, kind_name, function))

    return register


def stock_verb(
    name: str,
) -> Callable[[Callable[Concatenate[Case, Context, P], Step]], Verb[Document, P]]:
    """Register a verb on stock, which is no document: its calls change the books alone."""

    def register(function: Callable[Concatenate[Case, Context, P], Step]) -> Verb[Document, P]:
        return _registered(Verb(name, STOCK, function))

    return register


def _registered(made: Verb[T, P]) -> Verb[T, P]:
    if made.name in VERBS:
        raise ValueError(f"there is a verb {made.name} already")
    VERBS[made.name] = made
    return made


@attrs.frozen(weakref_slot=False)
class Entry:
    """One command that had an effect: the question, the figures read, and the facts.

    `rules` is the fingerprint of the rules it was decided under; `versions` names each document
    that it changed, with the version that it had *after* it.
    """

    seq: int
    key: str
    call: Call[Document]
    by: str
    at: datetime
    rules: str
    figures: tuple[Counter | Claim, ...]
    facts: tuple[Fact, ...]
    versions: tuple[tuple[Ref[Document], int], ...]


@attrs.frozen
class Change:
    """All that a command does, to be applied whole or not at all.

    `replaced` has each changed document with the version that it replaces (0 for a new one),
    `relied` those that were read and must not have moved on; `there` has each position whose goods
    or limit must still be what was read, and `keep` how much must be left free at some.
    """

    key: str
    call: Call[Document]
    by: str
    at: datetime
    rules: str
    figures: tuple[Counter | Claim, ...]
    facts: tuple[Fact, ...]
    replaced: tuple[tuple[Document, int], ...]
    relied: tuple[tuple[Ref[Document], int], ...]
    postings: Postings
    there: tuple[tuple[Position, int], ...] = ()
    keep: tuple[Kept, ...] = ()


@attrs.frozen
class Committed:
    """The entry that a command has become; `repeated` when its key had been seen before."""

    entry: Entry
    repeated: bool = False

"""Verbs that change what goods cost after placing: reprice, weigh, protect a price.

It knows which units may still change their price, and refuses to know where the new one comes from.

Problem: a price that is agreed anew, weighed goods and a price protection all want "the order at
the new price". Computing the order again from prices would change the amounts of units that were
invoiced or given back, and share each discount anew.
Observation: what the units at stake carry of their price is known, and so is what they are to
carry. The difference is an amount like any other.
Decision: each of these verbs charges one signed difference over the units whose price changes, and
notes their new price beside it. What is due changes by that difference, and nothing else does.

Which units those are:

- A new price and a weight hold for the kept units that stand on no invoice. What was invoiced keeps
  its price, unless it is asked for too (`invoiced`): then a further invoice says what they cost
  more, or a credit note what they cost less.
- A price protection (价保) only lowers, so it holds for every kept unit, invoiced ones among them:
  what they cost less is what a credit note then gives back.

Discounts and taxes stay as they were agreed, unless new ones are handed in: then these take their
place on the same units. The goods of a unit never cost less than is taken off them.
The tax of units that are on an invoice is fixed: where prices are without it, it follows their
price at once, at the rates of that invoice. What is on none has its tax from its own.

One file, though long: three verbs that find one kind of difference in one way.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import timedelta
from fractions import Fraction
from typing import Final, TypeAlias

import attrs

from orderflow.agreed import NewCharge
from orderflow.cod.terms import bar_dearer, mark_dearer
from orderflow.errors import BadInput, IllegalMove, MoveRefused, Refusal
from orderflow.facts import Charged, Repriced
from orderflow.journal import Case, Context, Step, verb
from orderflow.kits import price_weights, shared_price
from orderflow.money import Price, share, spread
from orderflow.orders import add_charge, later_id, not_there
from orderflow.price_taxes import charge_tax
from orderflow.pricing import (
    Ranges,
    estimates,
    first,
    kept,
    parts_carried,
    prices_of,
    quantity,
    same_price,
    shares_of,
    to_invoice_in_advance,
    without,
)
from orderflow.records import Charge, ChargeKind, Fixing, Line, Order, PriceRange, Span
from orderflow.states import OrderState, not_fixed
from orderflow.values import later, text, unique, whole

LinePrices: TypeAlias = tuple[tuple[str, Price], ...]
"""(line id, price) pairs, as a verb's argument; a kit's name stands for its parts."""

NewCharges: TypeAlias = tuple[NewCharge, ...]
"""Discounts and taxes that take the place of earlier ones."""

_OF_GOODS: Final = (ChargeKind.GOODS, ChargeKind.PRICE)
WEIGHED: Final = "weighed"
"""Why the price of a line that was weighed has changed."""

_REPLACED: Final = (ChargeKind.DISCOUNT, ChargeKind.TAX)


@verb("reprice", Order)
def reprice(
    case: Case,
    context: Context,
    prices: LinePrices,
    version: str = "",
    reason: str = "",
    charges: NewCharges = (),
    invoiced: bool = False,
) -> Step:
    """Change the price of lines (改价), for their kept units that are on no invoice.

    One signed charge is the difference over all of them. It fixes the amount of a line that waits
    for its balance or its delivery; of goods that are still to be weighed it changes the estimate.
    Discounts and taxes stay, unless `charges` has some: these take the place of all of their kind
    that the order's units on no invoice carry.
    With `invoiced` it is for the kept units that are on an invoice too.
    An order that is paid at the door is made no dearer than the rules allow there.
    """
    step = Step(case, context)
    order = _changeable(step, "reprice")
    said = _checked(order, prices, version, reason)
    _check_charges(charges)
    over = _changing(invoiced)
    groups, refusals = _groups(order, said)
    refusals += [no for charge in charges for no in not_there(order, charge)]
    targets: list[_Target] = []
    for group in groups:
        free = [over(line) for line in group.lines]
        if any(free):
            targets += [one for one in _at_price(group, free, version) if _changes(one)]
        else:
            refusals.append(_untouchable(order, group))
    if not (targets or charges or refusals):
        refusals.append(Refusal.of("price_unchanged", order=order.ref.id))
    if refusals:
        raise MoveRefused(tuple(refusals))
    for kind in dict.fromkeys(charge.kind for charge in charges):
        _take_back(step, kind, over)
    new_tax = any(charge.kind is ChargeKind.TAX for charge in charges)
    _charge_difference(step, targets, reason, taxed=not new_tax)
    for charge in charges:
        add_charge(step, step.now(order.ref), charge, over)
    bar_dearer(step, order)
    return step


@verb("weigh_line", Order)
def weigh_line(
    case: Case,
    context: Context,
    line: str,
    grams: int,
    pieces: int = 0,
    invoiced: bool = False,
) -> Step:
    """Say what the pieces of a line weigh together: that fixes their amount.

    Without `pieces` it is all that are kept and on no invoice, whether they were weighed before or
    not; else the first so many that were not. With `invoiced` it is for what is on an invoice too.
    """
    step = Step(case, context)
    order = _changeable(step, "weigh line")
    name, id = text(line, "line"), order.ref.id
    weight, asked = whole(grams, "grams"), whole(pieces, "pieces", least=0)
    found = order.line(name)
    if found is None:
        raise MoveRefused((Refusal.of("no_such_line", order=id, line=name),))
    if found.fixed is not Fixing.WEIGHING:
        raise MoveRefused((Refusal.of("not_by_weight", line=name, order=id),))
    ranges = _changing(invoiced)(found)
    if not ranges:
        raise MoveRefused((_untouchable(order, _Group(name, (found,), ())),))
    if asked:
        weighed = [(one.start, one.stop) for one in found.prices if one.grams]
        ranges = without(ranges, weighed)
        there = _count(ranges)
        if asked > there:
            move = "weigh line"
            no = Refusal.of("too_many", line=name, order=id, asked=asked, move=move, there=there)
            raise MoveRefused((no,))
        ranges = first(ranges, asked)
    if weight < _count(ranges):
        raise BadInput("grams", "a piece weighs at least a gram")
    _charge_difference(step, _at_weight(order, found, ranges, weight), WEIGHED)
    mark_dearer(step, order)
    return step


@verb("protect_price", Order)
def protect_price(
    case: Case, context: Context, prices: LinePrices, version: str = "", reason: str = ""
) -> Step:
    """Lower the price of units that were bought at a higher one (价保); the rest is owed back.

    Within the days of the rules, counted from the placing, and once for a difference: a price that
    is no lower than what all these units cost now is refused.
    """
    step = Step(case, context)
    order = _changeable(step, "protect price")
    said = _checked(order, prices, version, reason)
    groups, refusals = _groups(order, said)
    refusals += _protection_over(context, order)
    meant = {line.id for group in groups for line in group.lines}
    open_ = [one for one in estimates(order) if one.line in meant]
    refusals += [not_fixed(order.ref.id, one) for one in open_]
    targets: list[_Target] = []
    for group in groups:
        lower = [_above(*pair) for pair in zip(group.lines, group.prices, strict=True)]
        if any(lower):
            targets += _at_price(group, lower, version)
        elif any(kept(line) for line in group.lines):  # a group has a line
            refusals.append(_not_lower(order, group))
        else:
            refusals.append(_untouchable(order, group))
    if refusals:
        raise MoveRefused(tuple(refusals))
    _charge_difference(step, targets, reason)
    return step


# --- which units -------------------------------------------------------------------------------


def _changing(invoiced: object) -> Callable[[Line], Ranges]:
    """Which units of a line change their price."""
    if type(invoiced) is not bool:
        raise BadInput("invoiced", "true or false is wanted")
    return kept if invoiced else to_invoice_in_advance


@attrs.frozen
class _Group:
    """The lines that a name stands for, each with its price: one line, or the parts of a kit."""

    name: str
    lines: tuple[Line, ...]
    prices: tuple[Price, ...]
    kit: Price | None = None


@attrs.frozen
class _Target:
    """Units of a line that are to cost `amount` from now on, at a price."""

    line: Line
    prices: PriceRange
    amount: int


def _groups(order: Order, prices: LinePrices) -> tuple[list[_Group], list[Refusal]]:
    """What each name stands for, and a reason for each that is none."""
    groups: list[_Group] = []
    missing: list[Refusal] = []
    lines, parts_of = order.by_id(), _parts(order)
    for name, price in prices:
        parts, line = tuple(parts_of.get(name, ())), lines.get(name)
        if parts:
            shares = shared_price(price, price_weights(parts))
            pairs = zip(parts, shares, strict=True)
            each = [Price(one, price.currency, price.per * part.per_kit) for part, one in pairs]
            groups.append(_Group(name, parts, tuple(each), price))
        elif line is not None:
            groups.append(_Group(name, (line,), (price,)))
        else:
            missing.append(Refusal.of("no_such_line", order=order.ref.id, line=name))
    unique((line.id for group in groups for line in group.lines), "prices")
    return groups, missing


def _parts(order: Order) -> dict[str, list[Line]]:
    """The lines of each kit."""
    parts: dict[str, list[Line]] = {}
    for line in order.lines:
        if line.kit:
            parts.setdefault(line.kit, []).append(line)
    return parts


def _above(line: Line, price: Price) -> Ranges:
    """The kept indices of a line that cost more than a price."""
    least = Fraction(price.amount) / price.per
    dearer = [one for one in prices_of(line) if Fraction(one.price) / one.per > least]
    others = without([(0, line.n)], [(one.start, one.stop) for one in dearer])
    return without(kept(line), others)


def _count(ranges: Ranges) -> int:
    return sum([stop - start for start, stop in ranges])


def _changes(target: _Target) -> bool:
    """Whether some of the units are at another price, of another version, or not fixed yet."""
    new = target.prices
    return any(
        (old.price, old.per, old.version, old.fixed) != (new.price, new.per, new.version, new.fixed)
        for old in prices_of(target.line, [(new.start, new.stop)])
    )


# --- what they are to cost ---------------------------------------------------------------------


def _at_price(group: _Group, ranges: Sequence[Ranges], version: str) -> Iterator[_Target]:
    """What some indices of each line of a group are to cost at its new price, rounded once a line.

    Whole kits cost the kit's price, rounded once for all of them; where their parts stand unevenly,
    each part costs its own.
    """
    pieces = [
        [
            PriceRange(
                *(old.start, old.stop, price.amount, price.per, version, old.grams),
                fixed=line.fixed is not Fixing.WEIGHING or old.grams > 0,
            )
            for old in _as_weighed(line, of)
        ]
        for line, price, of in zip(group.lines, group.prices, ranges, strict=True)
    ]
    amounts = [
        price.times(sum([quantity(line, one) for one in of]), line.rounding)
        for line, price, of in zip(group.lines, group.prices, pieces, strict=True)
    ]
    if group.kit is not None:
        kits = {
            Fraction(_count(of), line.per_kit) for line, of in zip(group.lines, ranges, strict=True)
        }
        n = min(kits)
        if len(kits) == 1 and n.denominator == 1:
            rounding = group.lines[0].rounding
            amounts = [*spread(group.kit.times(int(n), rounding), price_weights(group.lines))]
    for line, of, amount in zip(group.lines, pieces, amounts, strict=True):
        yield from _shared(line, of, amount)


def _as_weighed(line: Line, ranges: Ranges) -> Sequence[PriceRange]:
    """Indices of a line with what they weigh; those of other goods as few ranges as there are."""
    if line.fixed is Fixing.WEIGHING:
        return prices_of(line, ranges)
    return [PriceRange(start, stop, line.price, line.per) for start, stop in ranges]


def _at_weight(order: Order, line: Line, ranges: Ranges, grams: int) -> Iterator[_Target]:
    """What indices of a line cost by their weight; those of one price are rounded together.

    Each weighs whole grams, the first of them one more where the weight does not divide.
    """
    each, more = divmod(grams, _count(ranges))
    by_price: dict[Price, list[PriceRange]] = {}
    for old in same_price([attrs.evolve(one, fixed=True) for one in prices_of(line, ranges)]):
        heavier = min(more, old.stop - old.start)
        more -= heavier
        middle = old.start + heavier
        price = Price(old.price, order.currency, old.per)
        for start, stop, weight in ((old.start, middle, each + 1), (middle, old.stop, each)):
            if start < stop:
                new = attrs.evolve(old, start=start, stop=stop, grams=weight * (stop - start))
                by_price.setdefault(price, []).append(new)
    for price, pieces in by_price.items():
        amount = price.times(sum([one.grams for one in pieces]), line.rounding)
        yield from _shared(line, pieces, amount)


def _shared(line: Line, pieces: Sequence[PriceRange], amount: int) -> Iterator[_Target]:
    """An amount shared over pieces of a line by their quantity, so that they sum to it."""
    every, done = sum([quantity(line, one) for one in pieces]), 0
    for one in pieces:
        upto = done + quantity(line, one)
        yield _Target(line, one, share(amount, every, done, upto))
        done = upto


# --- what that changes -------------------------------------------------------------------------


def _charge_difference(
    step: Step, targets: Iterable[_Target], reason: str, *, taxed: bool = True
) -> None:
    """Charge what units are to cost less what they carry of their price, and note the price.

    With `taxed` the tax of what is on an invoice follows.
    """
    order = step.now(step.case.own(Order))
    shares = shares_of(order.charges)
    spans: list[Span] = []
    refusals: dict[str, Refusal] = {}
    for target in targets:
        line, new = target.line, target.prices
        carried = parts_carried(shares.get(line.id, ()), [(new.start, new.stop)])
        off = sum([part for charge, part in carried if charge.kind is ChargeKind.DISCOUNT])
        if target.amount + off < 0:
            refusals[line.id] = Refusal.of(
                "below_discounts",
                line=line.id,
                order=order.ref.id,
                amount=target.amount,
                off=-off,
                currency=order.currency,
            )
        else:
            spans += _spans(target, shares.get(line.id, ()))
        step.add(Repriced(order.ref, line.id, new))
    if refusals:
        raise MoveRefused(tuple(refusals.values()))
    if spans:
        id, amount = later_id(order, ChargeKind.PRICE), sum([span.amount for span in spans])
        charge = Charge(id, ChargeKind.PRICE, amount, tuple(spans), reason=reason)
        step.add(Charged(order.ref, charge))
        if taxed:
            charge_tax(step, charge)


def _spans(target: _Target, shares: Sequence[tuple[Charge, Span]]) -> Iterator[Span]:
    """What units are to cost less what they carry of their price, apart where they cost unlike now:
    a difference is shared by what units carry, so it would leave them unlike.
    """
    line, new = target.line, target.prices
    n, differences, short = new.stop - new.start, [], False
    for old in prices_of(line, [(new.start, new.stop)]):
        carried = parts_carried(shares, [(old.start, old.stop)])
        goods = sum([part for charge, part in carried if charge.kind in _OF_GOODS])
        off = sum([part for charge, part in carried if charge.kind is ChargeKind.DISCOUNT])
        amount = share(target.amount, n, old.start - new.start, old.stop - new.start)
        short = short or amount + off < 0
        differences.append(Span(line.id, old.start, old.stop, amount - goods))
    if short:  # some have more off than they are to cost: all of them share it
        whole_ = sum([one.amount for one in differences])
        differences = [Span(line.id, new.start, new.stop, whole_)]
    yield from [one for one in differences if one.amount]


def _take_back(step: Step, kind: ChargeKind, over: Callable[[Line], Ranges]) -> None:
    """Take back what units carry of a kind of charge, from each bearer in turn."""
    order = step.now(step.case.own(Order))
    shares = shares_of(order.charges)
    taken: dict[tuple[str, str], dict[tuple[str, int, int], int]] = {}
    for line in order.lines:
        for pair in over(line):
            for charge, part in parts_carried(shares.get(line.id, ()), [pair]):
                if charge.kind is kind:
                    sums = taken.setdefault((charge.bearer, charge.reason), {})
                    sums[line.id, *pair] = sums.get((line.id, *pair), 0) - part
    for (bearer, reason), sums in taken.items():
        spans = tuple([Span(*piece, amount) for piece, amount in sums.items() if amount])
        if spans:
            id, amount = later_id(step.now(order.ref), kind), sum(sums.values())
            step.add(Charged(order.ref, Charge(id, kind, amount, spans, bearer, reason)))


# --- checks ------------------------------------------------------------------------------------


def _changeable(step: Step, move: str) -> Order:
    order = step.now(step.case.own(Order))
    if order.state is OrderState.ARCHIVED:
        raise IllegalMove(str(order.ref), order.state.value, move, ())
    return order


def _checked(order: Order, prices: object, version: str, reason: str) -> LinePrices:
    """A verb's prices: each line once, each price in the order's currency."""
    text(version, "version", empty=True)
    text(reason, "reason", empty=True)
    if not isinstance(prices, tuple | list) or not prices:
        raise BadInput("prices", "pairs of line and price are wanted")
    pairs: list[tuple[str, Price]] = []
    for i, pair in enumerate(prices):
        if not isinstance(pair, tuple | list) or len(pair) != 2:
            raise BadInput(f"prices[{i}]", "a pair of line and price is wanted")
        name, price = pair
        if not isinstance(price, Price):
            raise BadInput(f"prices[{i}].price", "a Price is wanted")
        if price.currency != order.currency:
            raise BadInput(f"prices[{i}].price", f"is in {price.currency}, not {order.currency}")
        pairs.append((text(name, f"prices[{i}].line"), price))
    unique((name for name, _ in pairs), "prices")
    return tuple(pairs)


def _check_charges(charges: object) -> None:
    if not isinstance(charges, tuple):
        raise BadInput("charges", "a tuple of NewCharge is wanted")
    for i, charge in enumerate(charges):
        if not isinstance(charge, NewCharge):
            raise BadInput(f"charges[{i}]", "a NewCharge is wanted")
        if charge.kind not in _REPLACED or charge.is_of_order:
            raise BadInput(f"charges[{i}].kind", "a discount or a tax of lines is wanted")


def _untouchable(order: Order, group: _Group) -> Refusal:
    """Why no unit of a group can change its price: all are on invoices, or none is kept."""
    n = sum([_count(kept(line)) for line in group.lines])
    if n:
        return Refusal.of("invoiced", line=group.name, order=order.ref.id, n=n)
    return Refusal.of("none_kept", line=group.name, order=order.ref.id)


def _protection_over(context: Context, order: Order) -> list[Refusal]:
    days = context.rules.price_protection_days
    until = later(order.placed_at, timedelta(days=days))
    if days and context.at <= until:
        return []
    return [Refusal.of("protection_over", order=order.ref.id, until=until.isoformat())]


def _not_lower(order: Order, group: _Group) -> Refusal:
    price = group.kit or group.prices[0]
    per = f" / {price.per}" if price.per > 1 else ""
    said = f"{price.amount:f} {price.currency}{per}"
    return Refusal.of("not_lower", line=group.name, order=order.ref.id, price=said)

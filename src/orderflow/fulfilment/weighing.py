"""A packed parcel on the scales, under its marks, and fit for its road.

It knows what the rules want of a parcel, and refuses to know what a scale is.

Problem: a scale that says 400 grams too little says that a piece is not in the box. Written down
without a word it is evidence for nobody, and a refusal without a way out stops the desk.
Decision: a weight that is off by more than the rules allow is refused, with what it should be.
Whoever has looked says why it is right (`accepted`), and that stands beside the weight; or the
parcel is unpacked.
"""

from __future__ import annotations

from orderflow.errors import BadInput, MoveRefused, Refusal
from orderflow.facts import MARKED, WEIGHED
from orderflow.fulfilment.contents import WEIGHT_GRAMS_MAX, contents
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Parcel
from orderflow.sourcing.quantities import Quantities
from orderflow.states import ParcelState, UnitState
from orderflow.values import several, text, unique, whole


@verb("weigh", Parcel)
def weigh(case: Case, context: Context, weight_grams: int, accepted: str = "") -> Step:
    """Record what a packed parcel weighs, in grams.

    A weight that its goods and its box cannot have by the rules is refused, unless `accepted` says
    why it is right.
    """
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    whole(weight_grams, "weight_grams", most=WEIGHT_GRAMS_MAX)
    why = text(accepted, "accepted", empty=True)
    refusals = left_already(parcel, "weigh") or against_weight(step, parcel, weight_grams, why)
    if refusals:
        raise MoveRefused(tuple(refusals))
    step.note(parcel.ref, WEIGHED, grams=weight_grams, **({"accepted": why} if why else {}))
    return step


@verb("mark", Parcel)
def mark(case: Case, context: Context, marks: tuple[str, ...]) -> Step:
    """Record marks that were put on a packed parcel, such as "fragile" or "this way up"."""
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    unique(several(marks, "marks"), "marks")
    if not marks:
        raise BadInput("marks", "a mark is wanted")
    refusals = left_already(parcel, "mark")
    if refusals:
        raise MoveRefused(tuple(refusals))
    for one in marks:
        if one not in parcel.marks:
            step.note(parcel.ref, MARKED, mark=one)
    return step


def against_packing(step: Step, parcel: Parcel, accepted: str = "") -> list[Refusal]:
    """Every reason why what is in a parcel would not travel whole in it."""
    packing = step.context.rules.packing
    if packing is None:
        return []
    inside, named = inside_of(step, parcel), parcel.ref.id
    grams, cm3 = packing.known_grams(inside), packing.known_cm3(inside)
    refusals = [
        Refusal.of(
            "not_in_one_box",
            parcel=named,
            sku=clash.skus[0],
            trait=clash.traits[0],
            other=clash.skus[1],
            other_trait=clash.traits[1],
        )
        for clash in packing.clashes(inside)
    ]
    if packing.cm3_max is not None and cm3 > packing.cm3_max:
        refusals.append(Refusal.of("parcel_too_large", parcel=named, cm3=cm3, most=packing.cm3_max))
    if packing.grams_max is not None and not parcel.weight_grams and grams > packing.grams_max:
        refusals.append(
            Refusal.of("parcel_too_heavy", parcel=named, grams=grams, most=packing.grams_max)
        )
    if parcel.weight_grams:
        refusals += against_weight(step, parcel, parcel.weight_grams, accepted)
    return refusals


def against_weight(step: Step, parcel: Parcel, grams: int, accepted: str) -> list[Refusal]:
    """Every reason why a parcel cannot weigh so much, or may not."""
    packing = step.context.rules.packing
    if packing is None:
        return []
    refusals: list[Refusal] = []
    if packing.grams_max is not None and grams > packing.grams_max:
        refusals.append(
            Refusal.of(
                "parcel_too_heavy", parcel=parcel.ref.id, grams=grams, most=packing.grams_max
            )
        )
    within = packing.weighs(inside_of(step, parcel))
    if within is not None and not accepted and not within[0] <= grams <= within[1]:
        least, most = within
        refusals.append(
            Refusal.of("weight_off", parcel=parcel.ref.id, grams=grams, least=least, most=most)
        )
    return refusals


def against_leaving(step: Step, parcel: Parcel) -> list[Refusal]:
    """Every reason why a packed parcel may not leave as it stands there."""
    packing = step.context.rules.packing
    if packing is None or parcel.state is not ParcelState.PACKED:
        return []
    wanted = packing.marks_of(inside_of(step, parcel))
    refusals = [
        Refusal.of("mark_missing", parcel=parcel.ref.id, mark=one)
        for one in wanted
        if one not in parcel.marks
    ]
    if packing.weighed and not parcel.weight_grams:
        refusals.append(Refusal.of("not_weighed", parcel=parcel.ref.id))
    return refusals


def inside_of(step: Step, parcel: Parcel) -> Quantities:
    """The units of each SKU that are packed in a parcel."""
    found: dict[str, int] = {}
    for _, chosen in contents(step, parcel, UnitState.PACKED):
        for line, _, n in chosen:
            found[line.sku] = found.get(line.sku, 0) + n
    return Quantities(found)


def left_already(parcel: Parcel, asked: str) -> list[Refusal]:
    """Why nothing is done to a parcel any more, where it is not packed."""
    if parcel.state is ParcelState.PACKED:
        return []
    return [Refusal.of("parcel_left", parcel=parcel.ref.id, state=parcel.state, asked=asked)]

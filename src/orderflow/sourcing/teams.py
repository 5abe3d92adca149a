"""Who does the work: teams and people, by kind, region and load.

It knows work and who may do it, and refuses to know what is done.

A team does some kinds of work in some regions, and so much of it at the most; a person is a team of
one, `within` a team.
Work goes to who has least to do for what it may take on, and what nobody may do says why, team by
team.
Work is given out in the order in which it comes, so each piece counts for the next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum

import attrs

from orderflow.errors import BadInput
from orderflow.values import text, unique, whole


@attrs.frozen
class Work:
    """An order, or a part of one, that somebody has to do: `n` is how much it is."""

    id: str
    kind: str = ""
    region: str = ""
    n: int = 1

    def __attrs_post_init__(self) -> None:
        path = f"work {text(self.id, 'work.id')}"
        text(self.kind, f"{path}.kind", empty=True)
        text(self.region, f"{path}.region", empty=True)
        whole(self.n, f"{path}.n")


@attrs.frozen
class Team:
    """Who does work of these `kinds` in these `regions`; without any, of each and everywhere.

    `load` is what it has to do already; `capacity` what it can do, `None` where nothing limits it.
    A person names the team that he is `within`, so work of a team can be given on to its people.
    """

    id: str
    kinds: frozenset[str] = frozenset()
    regions: frozenset[str] = frozenset()
    load: int = 0
    capacity: int | None = None
    within: str = ""

    def __attrs_post_init__(self) -> None:
        path = f"team {text(self.id, 'team.id')}"
        for name in ("kinds", "regions"):
            if not isinstance(getattr(self, name), frozenset):
                raise BadInput(f"{path}.{name}", "a frozenset is wanted")
        whole(self.load, f"{path}.load", least=0)
        if self.capacity is not None:
            whole(self.capacity, f"{path}.capacity", least=0)
        text(self.within, f"{path}.within", empty=True)


class Unfit(StrEnum):
    """Why a team does not do a piece of work."""

    KIND = "does no work of the kind"
    REGION = "does not work in the region"
    FULL = "has too much to do"


@attrs.frozen
class Assigned:
    """Who does a piece of work, empty where nobody may, and why not each that may not."""

    work: str
    team: str
    unfit: tuple[tuple[str, Unfit], ...]


def assign(
    work: Sequence[Work], teams: Sequence[Team], *, within: str = ""
) -> tuple[Assigned, ...]:
    """Give each piece of work to the team, or to the person within one, that has least to do.

    >>> teams = (Team("dispatch", frozenset({"goods"})), Team("fitters", frozenset({"service"})))
    >>> [one.team for one in assign((Work("o-17", "goods"), Work("o-18", "service")), teams)]
    ['dispatch', 'fitters']
    """
    wanted: tuple[tuple[str, object, type], ...] = (("work", work, Work), ("teams", teams, Team))
    for path, given, kind in wanted:
        if not isinstance(given, Sequence) or not all(isinstance(one, kind) for one in given):
            raise BadInput(path, f"a sequence of {kind.__name__} is wanted")  # none is one too
    text(within, "within", empty=True)
    unique((one.id for one in teams), "teams")
    some = sorted([one for one in teams if one.within == within], key=lambda one: one.id)
    loads = {one.id: one.load for one in some}
    found: list[Assigned] = []
    for piece in work:
        fits: list[Team] = []
        unfit: list[tuple[str, Unfit]] = []
        for team in some:
            why = _unfit(team, piece, loads[team.id])
            if why is None:
                fits.append(team)
            else:
                unfit.append((team.id, why))
        busy = _busy(fits, loads)
        chosen = min(fits, key=lambda team: (busy[team.id], team.id), default=None)
        if chosen is not None:
            loads[chosen.id] += piece.n
        found.append(Assigned(piece.id, chosen.id if chosen else "", tuple(unfit)))
    return tuple(found)


def _unfit(team: Team, piece: Work, load: int) -> Unfit | None:
    if team.kinds and piece.kind not in team.kinds:
        return Unfit.KIND
    if team.regions and piece.region not in team.regions:
        return Unfit.REGION
    if team.capacity is not None and load + piece.n > team.capacity:
        return Unfit.FULL
    return None


def _busy(teams: Sequence[Team], loads: Mapping[str, int]) -> dict[str, int]:
    """How busy each team is: by thousandths of its capacity where each has one, else by units."""
    found: dict[str, int] = {}
    for team in teams:
        if team.capacity is None:
            return {one.id: loads[one.id] for one in teams}
        found[team.id] = loads[team.id] * 1_000 // max(1, team.capacity)
    return found

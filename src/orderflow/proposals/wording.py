"""A proposal in words: one row an amount, in English or Chinese.

It knows how rows are written, and refuses to know what they sum up.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from orderflow.columns import plain
from orderflow.errors import BadInput
from orderflow.proposals.values import LineDiffers, PaidFrom, Proposal
from orderflow.records import ChargeKind
from orderflow.sentences import MOVES_AND_VERBS, PROPOSAL, STATEMENT, Language
from orderflow.statements import Part, because
from orderflow.statements.wording import TITLES, amount_row, check_language, why_and_who
from orderflow.tender_order import Means
from orderflow.values import scaled


def text(proposal: Proposal, language: Language = "en") -> str:
    """A proposal for people, with a last line end."""
    if not isinstance(proposal, Proposal):
        raise BadInput("proposal", "a Proposal is wanted")
    check_language(language)
    return "".join(f"{one}\n" for one in _Writer(proposal, language).rows())


class _Writer:
    """Writes one proposal in one language."""

    def __init__(self, proposal: Proposal, language: Language) -> None:
        self.proposal = proposal
        self.language: Language = language

    def say(self, title: str, **figures: object) -> str:
        return PROPOSAL[title][self.language].format_map(figures)

    def row(self, said: str, minor: int, indent: int = 0) -> str:
        return amount_row(said, minor, self.proposal.currency, indent)

    def rows(self) -> Iterator[str]:
        told = self.proposal
        yield self.say("head", order=told.order, currency=told.currency)
        if told.supposing:
            verbs = [one.replace("_", " ") for one in told.supposing]
            words = [MOVES_AND_VERBS.get(one, one) for one in verbs]
            yield self.say("supposing", verbs=", ".join(words if self.language == "zh" else verbs))
        yield ""
        if told.before or not (told.lines or told.parts):
            yield self.row(self.say("before" if told.supposing else "agreed"), told.before)
        for line in told.lines:
            yield from self.line(line)
        for part in told.parts:
            yield self.row(self.part(part), part.amount)
        title = "due" if told.due > 0 else "owed" if told.due < 0 else "settled"
        yield self.row(STATEMENT[title][self.language], abs(told.due))
        yield from self.settled()
        for reason in told.passed_over:
            yield self.say("passed_over", reason=reason.say(self.language))

    def line(self, line: LineDiffers) -> Iterator[str]:
        """A line with what it costs more or less; how many units are given up, or more are kept."""
        much = plain(scaled(abs(line.n), line.scale))
        units = much if line.unit == "piece" else f"{much} {line.unit}"
        title = "given_up" if line.n < 0 else "more" if line.n > 0 else "line"
        yield self.say(title, line=line.id, sku=line.sku, n=units)
        for part in line.parts:
            yield self.row(self.part(part), part.amount, 2)

    def part(self, part: Part) -> str:
        """Such as "Discount: spring, borne by platform"; a discount always says who bears it."""
        if part.because is not None:
            words = because(part.kind, part.because, self.language)
        elif part.kind is ChargeKind.PRICE:
            words = self.say("repriced")
        else:
            words = STATEMENT[TITLES[part.kind]][self.language]
        return words + why_and_who(part, self.language, bool(part.bearer))

    def settled(self) -> Iterator[str]:
        """To which tender each part goes back, or from where it comes."""
        for one in self.proposal.plan:
            said = self.say(_MEANS[one.means], payment=one.payment, to=one.to)
            yield self.row(said, one.amount, 2)
        if self.proposal.left:
            yield self.row(self.say("left"), self.proposal.left, 2)
        for each in self.proposal.coming:
            said = self.say(_FROM[each.source], payment=each.payment)
            yield self.row(said, each.amount, 2)


_MEANS: Final[dict[Means, str]] = {
    Means.GATEWAY: "to_gateway",
    Means.BALANCE: "to_balance",
    Means.BY_HAND: "by_hand",
    Means.TRANSFER: "by_transfer",
    Means.STORE_CREDIT: "to_credit",
    Means.BANK: "by_bank",
}

_FROM: Final[dict[PaidFrom, str]] = {
    PaidFrom.UNAPPLIED: "from_unapplied",
    PaidFrom.READY: "from_ready",
    PaidFrom.DOOR: "at_door",
    PaidFrom.ASKED: "to_ask",
}

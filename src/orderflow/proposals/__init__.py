"""Proposals: what would be owed on an order, why, and to which tender each part of it would go.

It knows an order before and after, and refuses to know what changed it.

Problem: who is told "you get 43.20 back" wants to know why, and from where; and he wants to know it
before anything is done, of goods that he has only thought of sending back.
What answers that with a computation of its own disagrees, sooner or later, with what is then done.
Observation: every amount of an order is a charge over unit indices, so two states of one order
differ by rows that sum to the difference of what they cost; and a verb that is run dry gives the
order as it would be.
Decision: nothing is computed for a proposal. The calls in question are run dry, one after the
other, on what is imagined; the rows are the difference of the order before and after; and the
tender plan is what paying back would do, carried out on a step for nobody.
The same rows, with either sign, tell what a change of price would mean.
"""

from orderflow.proposals.proposing import propose
from orderflow.proposals.supposing import coming_back, money_alone, supposed
from orderflow.proposals.values import Coming, LineDiffers, PaidFrom, Proposal
from orderflow.proposals.wording import text

__all__ = [
    "Coming",
    "LineDiffers",
    "PaidFrom",
    "Proposal",
    "coming_back",
    "money_alone",
    "propose",
    "supposed",
    "text",
]

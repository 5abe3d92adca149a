"""What goes back for goods that came back, and what is kept of it: charges with their reasons.

It knows an order, what came back of it, and the host's rules; it refuses to know payments.

Problem: whoever computes a refund from today's rules computes it anew with each return, and the
fourth answer disagrees with the third.
Observation: what units carry is fixed and goes back with them, whatever else is decided. All else
is an amount beside it: a discount that is not earned any more, freight, a fee.
Decision: each rule is a small function that says what is still to be charged, once units are given
up, and the sum is fixed by that event. What a rule says depends on what is kept and on why the rest
came back, never on the steps in between: it charges the difference to what it has charged before.
So any order of the same returns ends at the same totals.

`came` reads what came back, `thresholds` discounts that are not earned any more, `freight` and
`fees` the rest; `charging` asks them in turn.
"""

from orderflow.refunding.came import Asked, GivenBack
from orderflow.refunding.charging import POINTS_BACK, RULES, charge_returned

__all__ = ["POINTS_BACK", "RULES", "Asked", "GivenBack", "charge_returned"]

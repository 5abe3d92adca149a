"""What customers have after a sale: whom they turn to, and what good customers have besides.

It knows what is promised as a value, and refuses to know who a good customer is: the tier of an
order was agreed when it was placed.

Problem: a good customer is promised more than the rules give, and whoever decides about his return
has to remember it.
Decision: what a tier has is listed once, and every rule asks for it. It adds to what everybody has:
no window gets shorter by it, and what is approved by itself never waits for somebody. Only the desk
takes the place of that of everybody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import attrs

from orderflow.errors import BadInput
from orderflow.reasons import check_window
from orderflow.values import text, unique

if TYPE_CHECKING:
    from orderflow.windows import Window


@attrs.frozen
class Aftercare:
    """What orders of a `tier` have after their sale; without one, every order.

    `desk` refers to whoever they turn to, and who acts for them when it is the seller's turn: each
    customer is told of it when his order is completed. With `approve_returns` a return is approved
    by itself. What the `window` still has inside may be asked back, whatever else is closed.
    """

    tier: str = ""
    desk: str = ""
    approve_returns: bool = False
    window: Window | None = None

    def __attrs_post_init__(self) -> None:
        path = f"aftercare {text(self.tier, 'aftercare.tier', empty=True)}".rstrip()
        text(self.desk, f"{path}.desk", empty=True)
        if type(self.approve_returns) is not bool:
            raise BadInput(f"{path}.approve_returns", "true or false is wanted")
        if self.window is not None:
            check_window(self.window, f"{path}.window")


def checked_aftercare(aftercare: object) -> tuple[Aftercare, ...]:
    """What a host's tiers have, each tier once."""
    if not isinstance(aftercare, tuple) or any(type(one) is not Aftercare for one in aftercare):
        raise BadInput("aftercare", "a tuple of Aftercare is wanted")
    unique((one.tier for one in aftercare), "aftercare")
    return aftercare


def care_of(aftercare: tuple[Aftercare, ...], tier: str) -> tuple[Aftercare, ...]:
    """What orders of a tier have: their own first, then what every order has.

    >>> care_of((Aftercare(desk="shop@"), Aftercare("gold", "anna@")), "gold")[0].desk
    'anna@'
    """
    names = dict.fromkeys((tier, ""))
    return tuple([one for name in names for one in aftercare if one.tier == name])

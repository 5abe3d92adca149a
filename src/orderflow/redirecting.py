"""A parcel on its road is brought elsewhere than it was sent to (改派).

It knows which address is asked for, by its token, and refuses to know what is written there, and
how its carrier is told: that is for whoever hears of the command.

Once asked, the address is wrong no more, as far as anybody knows: that hold goes, until a scan says
so again.
"""

from __future__ import annotations

from orderflow.errors import MoveRefused, Refusal
from orderflow.facts import REDIRECTED
from orderflow.journal import Case, Context, Step, verb
from orderflow.records import Parcel
from orderflow.states import ParcelState
from orderflow.tracking.troubles import WRONG_ADDRESS
from orderflow.values import text


@verb("redirect", Parcel)
def redirect(case: Case, context: Context, address: str, reason: str = "") -> Step:
    """Ask the carrier of a parcel on its road to bring it to another address, named by its token.

    The same token is another address, too, once the details behind it were put right.
    """
    step = Step(case, context)
    parcel = step.now(case.own(Parcel))
    to, why = text(address, "address"), text(reason, "reason", empty=True)
    if parcel.state not in (ParcelState.SHIPPED, ParcelState.READY_TO_COLLECT):
        refusal = Refusal.of("not_on_its_road", parcel=parcel.ref.id, state=parcel.state)
        raise MoveRefused((refusal,))
    step.note(parcel.ref, REDIRECTED, address=to, reason=why)
    step.lift_if_there(parcel.ref, WRONG_ADDRESS)
    return step

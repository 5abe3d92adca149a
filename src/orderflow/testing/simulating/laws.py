"""What must hold of a simulated world: the laws of the library, and what the wires really did.

It knows the books of both sides, and refuses to know how they came to be.
"""

from __future__ import annotations

from hashlib import blake2b

from orderflow.adapters.carriers import ScriptedCarrier
from orderflow.adapters.codec import put_args, put_facts, put_figures
from orderflow.adapters.gateways import ScriptedGateway
from orderflow.audit import audit
from orderflow.ports import Query, Store, every
from orderflow.records import BookingState, Outcome, Parcel, Payment, RequestKind
from orderflow.states import ParcelState


class Broken(Exception):
    """A law that does not hold, in a sentence."""


def hold_to_the_laws(store: Store) -> None:
    """Raise `Broken` with the first breach of a law of the library."""
    for law in audit(store):
        for breach in law.breaches:
            raise Broken(f"{law.name}: {breach}")


def hold_to_the_wires(store: Store, carrier: ScriptedCarrier, gateway: ScriptedGateway) -> None:
    """Raise `Broken` where the books say other than what carrier and gateway really did.

    It is asked when all replies have come: then nothing may be open, either.
    """
    running: dict[str, list[str]] = {}
    for label in carrier.running:
        running.setdefault(label.parcel, []).append(label.tracking)
    for stored in every(store, Query("parcel")):
        parcel = stored.value
        if isinstance(parcel, Parcel):
            labels = running.get(parcel.ref.id, [])
            if len(labels) > 1:
                raise Broken(f"parcel {parcel.ref.id} has {len(labels)} labels that run")
            if labels and parcel.state is ParcelState.CANCELLED:
                raise Broken(f"parcel {parcel.ref.id} was unpacked, and its label runs")
            if labels and labels != [parcel.tracking]:
                raise Broken(f"parcel {parcel.ref.id} does not go by its label {labels[0]}")
            if any(one.state in _OPEN for one in parcel.bookings):
                raise Broken(f"parcel {parcel.ref.id} has a booking that nobody has answered")
    for stored in every(store, Query("payment")):
        payment = stored.value
        if isinstance(payment, Payment):
            if any(one.outcome is Outcome.PENDING for one in payment.requests):
                raise Broken(f"payment {payment.ref.id} has a request that nobody has answered")
            for kind, ours in (
                (RequestKind.CAPTURE, payment.captured),
                (RequestKind.REFUND, payment.refunded),
            ):
                theirs = gateway.moved(kind, payment.ref.id)
                if payment.method == METHOD and ours != theirs:
                    told = f"{ours} in the books, {theirs} at the gateway"
                    raise Broken(f"payment {payment.ref.id}: {kind}, {told}")


_OPEN = (BookingState.ASKED, BookingState.CANCEL_ASKED)

METHOD = "card"
"""The method of the payments that go over the gateway."""


def digest_of(store: Store) -> str:
    """A digest of the journal's bytes: the same for the same story, on every machine."""
    digest = blake2b(digest_size=16)
    for entry in store.entries():
        call = entry.call
        for part in (
            str(entry.seq),
            entry.key,
            call.verb,
            *call.ref,
            put_args(call.verb, call.args),
            entry.by,
            entry.at.isoformat(),
            entry.rules,
            put_figures(entry.figures),
            put_facts(entry.facts),
            repr(entry.versions),
        ):
            digest.update(part.encode())
            digest.update(b"\0")
    return digest.hexdigest()

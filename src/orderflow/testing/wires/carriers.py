"""The conformance suite of carriers: one label for each parcel, and none that nobody uses.

It knows the protocol `Carrier`, and refuses to know any carrier, tariff or tracking page.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Collection, Sequence
from functools import partial
from itertools import product
from typing import ClassVar, Final

from orderflow.adapters.carriers import Asked, Once, book_open
from orderflow.adapters.memory import MemoryStore
from orderflow.bookings import Labelled, key_of
from orderflow.calls import Ref
from orderflow.errors import CarrierFailed, KeyReused, Refused
from orderflow.ports import Carrier, Label, Quote
from orderflow.records import Booking, BookingState, Parcel, Return
from orderflow.states import ParcelState, ReturnState
from orderflow.testing.kit import NotAsked, Suite, agree
from orderflow.testing.samples import LAMP, LAMPS, MORNING, RULES, CountedIds, FixedClock, order_of
from orderflow.testing.wires.cut import Cut
from orderflow.tracking import Scan, TrackingStatus, follow
from orderflow.workflow import Workflow

_CALLS_MAX: Final = 40
_STRANGE: Final = "in the hands of fate"


class CarrierCase(Suite):
    """A carrier under check. A host says how it is made, and what it is able to.

    `name` is the carrier as the rules name it, `service` what is booked with him. `knows_keys`: the
    same key gives the same label, always. A host whose carrier does not know them may override
    `look_up`.
    """

    name: ClassVar[str] = "carrier"
    service: ClassVar[str] = ""
    knows_keys: ClassVar[bool] = True

    @abstractmethod
    def carrier(self) -> Carrier:
        """A carrier of whom nothing has been asked yet; against a sandbox or a double."""

    def look_up(self, carrier: Carrier, key: str) -> Label | None:
        """What a carrier without keys has booked for one, where he can tell."""
        raise NotAsked("this carrier cannot tell what he has booked for a key")

    def running(self, carrier: Carrier) -> Collection[Label] | None:
        """The labels that are booked and not cancelled, read past the adapter; `None`: unknown."""
        return None

    def parcel(self, i: int = 1) -> Parcel:
        """A packed parcel for which a label is asked; those of two numbers are two parcels."""
        ref: Ref[Parcel] = Ref("", "parcel", f"p-{i}")
        booking = Booking("book-1", self.name, MORNING, self.service)
        return Parcel(ref, ParcelState.PACKED, ("o-1",), "leith", 1_318, bookings=(booking,))

    def key(self, i: int = 1) -> str:
        """The key of the first booking of such a parcel."""
        return key_of(self.parcel(i).ref, "book-1")

    def returned(self, i: int = 1) -> Return:
        """A return that is agreed to, for which a label is asked."""
        ref: Ref[Return] = Ref("", "return", f"r-{i}")
        booking = Booking("back-1", self.name, MORNING, self.service)
        return Return(ref, ReturnState.APPROVED, "o-1", "", bookings=(booking,))

    def return_key(self, i: int = 1) -> str:
        """The key of the first label of such a return."""
        return key_of(self.returned(i).ref, "back-1")

    def not_served(self) -> Parcel | None:
        """A parcel that the carrier does not take; `None` where he takes whatever comes."""
        return None

    def lose_reply(self, carrier: Carrier, asked: Asked) -> bool:
        """See to it that the next call of a kind is carried out, and its reply gets lost."""
        return False

    def scan(self, carrier: Carrier, number: str, status: str) -> bool:
        """See to it that something is scanned under a number; `status` may be no known word."""
        return False

    @classmethod
    def capabilities(cls) -> tuple[tuple[str, str], ...]:
        """What the host has declared."""
        told = {True: "yes", False: "no"}
        return (
            ("knows keys", told[cls.knows_keys]),
            ("can tell what a key has booked", told[cls.look_up is not CarrierCase.look_up]),
            ("looked at behind the adapter", told[cls.running is not CarrierCase.running]),
            ("replies can be lost", told[cls.lose_reply is not CarrierCase.lose_reply]),
            ("scans can be made", told[cls.scan is not CarrierCase.scan]),
        )

    def has_running(self, carrier: Carrier, wanted: Sequence[Label], what: str) -> None:
        """Compare what is really booked with what should be, where anybody can look."""
        found = self.running(carrier)
        if found is not None:
            numbers = sorted(label.tracking for label in found)
            agree(numbers, sorted(label.tracking for label in wanted), what)


class CarrierSuite(CarrierCase):
    """Whether a carrier keeps its promises: subclass it, and give it `carrier`."""

    def test_the_same_key_gives_the_same_label_and_books_once(self) -> None:
        """Also when the parcel was weighed again meanwhile."""
        if not self.knows_keys:
            raise NotAsked("this carrier knows no keys")
        carrier = self.carrier()
        labels = [carrier.book(self.parcel(), self.key()) for _ in range(3)]
        agree(labels[1:], [labels[0]] * 2, "the label of a key that came again")
        self.has_running(carrier, labels[:1], "what is booked for one key")

    def test_each_booking_has_a_number_of_its_own(self) -> None:
        """And it names the parcel that it is for."""
        carrier = self.carrier()
        labels = [carrier.book(self.parcel(i), self.key(i)) for i in (1, 2, 3)]
        numbers = {label.tracking for label in labels}
        assert len(numbers) == 3, f"three parcels have the numbers {', '.join(sorted(numbers))}"
        assert all(numbers), "a label has no number"
        agree([label.parcel for label in labels], ["p-1", "p-2", "p-3"], "whose the labels are")
        agree({label.carrier for label in labels}, {self.name}, "the carrier that labels name")
        self.has_running(carrier, labels, "what is booked for three parcels")

    def test_a_key_of_one_parcel_does_not_serve_another(self) -> None:
        """Two parcels with one label are one parcel that gets lost."""
        if not self.knows_keys:
            raise NotAsked("this carrier knows no keys")
        carrier = self.carrier()
        first = carrier.book(self.parcel(1), self.key(1))
        try:
            other = carrier.book(self.parcel(2), self.key(1))
        except (KeyReused, Refused):
            self.has_running(carrier, [first], "what is booked")
        else:
            raise AssertionError(f"{other.tracking} was given to parcel p-2, too")

    def test_a_return_has_a_label_of_its_own(self) -> None:
        """Or is refused; it is booked once for a key, and may be cancelled like any other."""
        carrier = self.carrier()
        out = carrier.book(self.parcel(), self.key())
        try:
            back = carrier.book_return(self.returned(), self.return_key())
        except Refused:
            self.has_running(carrier, [out], "what is booked, where returns are refused")
            raise NotAsked("this carrier brings nothing back") from None
        agree(back.parcel, self.returned().ref.id, "whose the label of a return is")
        agree(back.carrier, self.name, "the carrier that the label of a return names")
        assert back.tracking not in ("", out.tracking), f"a return has the number {back.tracking!r}"
        if self.knows_keys:
            again = carrier.book_return(self.returned(), self.return_key())
            agree(again, back, "the label of a return, by a key that came again")
        self.has_running(carrier, [out, back], "what is booked for a parcel and a return")
        carrier.cancel(back, f"{self.return_key()}/cancel")
        self.has_running(carrier, [out], "what is booked, once the label of a return is cancelled")

    def test_what_is_cancelled_is_not_booked_any_more(self) -> None:
        """That label alone, and no other."""
        carrier = self.carrier()
        gone, kept = (
            carrier.book(self.parcel(1), self.key(1)),
            carrier.book(self.parcel(2), self.key(2)),
        )
        carrier.cancel(gone, f"{self.key(1)}/cancel")
        if self.running(carrier) is None:
            raise NotAsked("nobody can look what is really booked")
        self.has_running(carrier, [kept], "what is booked, once a label is cancelled")

    def test_a_cancel_may_be_repeated(self) -> None:
        """By the same key and by another: whoever heard no reply asks again."""
        carrier = self.carrier()
        label = carrier.book(self.parcel(), self.key())
        for again in ("cancel", "cancel", "cancel anew"):
            try:
                carrier.cancel(label, f"{self.key()}/{again}")
            except Refused as no:
                raise AssertionError(f"cancelled again, it says no: {no}") from no
        self.has_running(carrier, [], "what is booked, once the only label is cancelled")

    def test_a_lost_reply_is_no_answer(self) -> None:
        """It is `CarrierFailed`: neither a refusal nor a label, and the same key finds out."""
        carrier = self.carrier()
        if not self.lose_reply(carrier, Asked.BOOK):
            raise NotAsked("nobody can have its replies lost")
        try:
            label = carrier.book(self.parcel(), self.key())
        except CarrierFailed:
            pass
        except Refused as no:
            raise AssertionError(f"nobody knows, and it says no: {no}") from no
        else:
            raise AssertionError(f"nobody knows, and it says {label}")
        if self.knows_keys:
            self.has_running(carrier, [carrier.book(self.parcel(), self.key())], "what is booked")

    def test_quotes_are_whole_minor_units(self) -> None:
        """Of a currency, in whole days; and what is not served has none and is refused."""
        carrier = self.carrier()
        for quote in carrier.quote(self.parcel()):
            for name, value in (("amount", quote.amount), ("days", quote.days)):
                assert type(value) is int, f"{name} of {quote.service} is {value!r}"
                assert value >= 0, f"{name} of {quote.service} is {value}"
            assert len(quote.currency) == 3, f"{quote.service} costs {quote.currency!r}"
        far = self.not_served()
        if far is None:
            return
        agree(tuple(carrier.quote(far)), (), "what it asks for a parcel that it does not take")
        try:
            carrier.book(far, key_of(far.ref, "book-1"))
        except Refused:
            self.has_running(carrier, [], "what is booked of what was refused")
        else:
            raise AssertionError("it books a parcel that it does not take")

    def test_a_number_that_nobody_knows_has_no_scans(self) -> None:
        """That is no error: labels are tracked before anybody has seen them."""
        carrier = self.carrier()
        agree(tuple(carrier.track("NOBODY-000001")), (), "the scans of a strange number")
        number = carrier.book(self.parcel(), self.key()).tracking
        told = follow(tuple(carrier.track(number)))
        agree(told.delivered_at, None, "when a parcel was delivered that was never handed over")

    def test_scans_are_told_again_and_strange_words_are_kept(self) -> None:
        """All scans so far, each time; what is no word of ours is unknown, and no error."""
        carrier = self.carrier()
        number = carrier.book(self.parcel(), self.key()).tracking
        for status in (TrackingStatus.IN_TRANSIT.value, _STRANGE, TrackingStatus.DELIVERED.value):
            if not self.scan(carrier, number, status):
                raise NotAsked("nobody can have something scanned")
        first = tuple(carrier.track(number))
        statuses = {scan.status for scan in first}
        wanted = {TrackingStatus.IN_TRANSIT, TrackingStatus.UNKNOWN, TrackingStatus.DELIVERED}
        agree(sorted(statuses), sorted(wanted), "what was scanned")
        agree({scan.tracking for scan in first}, {number}, "the number of its scans")
        agree(set(carrier.track(number)), set(first), "the scans, asked for again")

    def test_a_line_that_is_cut_anywhere_leaves_one_label_for_each_parcel(self) -> None:
        """Before or behind any call, of parcels and returns; and none is left that nobody uses."""
        points = 0
        for way, unpacked, after in product((_Out(), _Back()), (False, True), (False, True)):
            for at in range(1, _CALLS_MAX):
                if not self._sent_over(way, Cut(at, after, self._failed), unpacked=unpacked):
                    break
                points += 1
        self.told = f"{points} points"

    def _failed(self, asked: str, key: str) -> Exception:
        return CarrierFailed(self.name, asked, key, "the line is cut")

    def _sent_over(self, way: _Out | _Back, cut: Cut, *, unpacked: bool) -> bool:
        """Whether the line got as far as its cut, once a label was booked over it."""
        clock = FixedClock()
        shop = Workflow(MemoryStore(), RULES, clock=clock, keys=CountedIds())
        way.prepare(shop)
        line = CutLine(self.carrier(), cut)
        named: Carrier | Once = line
        if not self.knows_keys:
            tells = type(self).look_up is not CarrierCase.look_up
            named = Once(line, partial(self.look_up, line.carrier) if tells else None)
        way.ask(shop, self.name, self.service)
        for i in range(8):
            book_open(shop, {self.name: named}, clock.at)
            clock.forward(minutes=2)
            if unpacked and i == 3:
                way.call_off(shop)
        told = f"cut {'behind' if cut.after else 'before'} call {cut.at}"
        self._judge(way.now(shop), line.carrier, told)
        return cut.met

    def _judge(self, now: Labelled, carrier: Carrier, told: str) -> None:
        """One label, which is used; or a person is asked, and nothing was booked again."""
        found = self.running(carrier)
        codes = {hold.code for hold in now.holds}
        asks_a_person = "booking_unknown" in codes
        if found is not None:
            assert len(found) <= 1, f"{len(found)} labels for one {now.ref.kind}: {told}"
        if asks_a_person:
            assert not self.knows_keys, f"a person is asked of a carrier who knows keys: {told}"
            return
        open_ones = (BookingState.ASKED, BookingState.CANCEL_ASKED)
        left = [one.id for one in now.bookings if one.state in open_ones]
        agree(left, [], f"the bookings that are still open, {told}")
        if found is not None:
            waits = now.state in (ParcelState.PACKED, ReturnState.APPROVED)
            used = [now.tracking] if waits and "booking_refused" not in codes else []
            agree([label.tracking for label in found], used, f"the labels that run, {told}")


class CutLine:
    """A `Carrier` behind a line that is cut at one point."""

    def __init__(self, carrier: Carrier, cut: Cut) -> None:
        self.carrier, self._cut = carrier, cut

    def quote(self, parcel: Parcel) -> Sequence[Quote]:
        """What it would ask."""
        return self._cut.over("quote", "", lambda: self.carrier.quote(parcel))

    def book(self, parcel: Parcel, key: str) -> Label:
        """A label."""
        return self._cut.over("book", key, lambda: self.carrier.book(parcel, key))

    def book_return(self, returned: Return, key: str) -> Label:
        """A label for what comes back."""
        return self._cut.over("book", key, lambda: self.carrier.book_return(returned, key))

    def cancel(self, label: Label, key: str) -> None:
        """Take a booking back."""
        self._cut.over("cancel", key, lambda: self.carrier.cancel(label, key))

    def track(self, number: str) -> Sequence[Scan]:
        """The scans so far."""
        return self._cut.over("track", "", lambda: self.carrier.track(number))


class _Out:
    """The way of two lamps to their customer: parcel p-1 of order o-1."""

    def prepare(self, shop: Workflow) -> None:
        """Pack the parcel."""
        shop.receive(LAMPS, 2)
        shop.place("o-1", order_of((LAMP, 2), cash_on_delivery=True))
        shop.allocate("o-1")
        shop.release("o-1", "d-1")
        shop.pick("d-1")
        shop.pack("p-1", ("d-1",), 1_318)

    def ask(self, shop: Workflow, carrier: str, service: str) -> None:
        """Ask for its label."""
        shop.ask_booking("p-1", carrier, service)

    def call_off(self, shop: Workflow) -> None:
        """Let nothing go."""
        shop.cancel_parcel("p-1")

    def now(self, shop: Workflow) -> Labelled:
        """The parcel as it is."""
        return shop.parcel("p-1")


class _Back(_Out):
    """Their way back: return r-1."""

    def prepare(self, shop: Workflow) -> None:
        """Deliver the parcel, and agree that its goods may come back."""
        super().prepare(shop)
        shop.hand_over("p-1", "by hand", "BY-HAND-1")
        shop.deliver("p-1")
        shop.ask_return("r-1", "o-1")
        if shop.returned("r-1").state is ReturnState.ASKED:
            shop.approve_return("r-1")

    def ask(self, shop: Workflow, carrier: str, service: str) -> None:
        """Ask for its label."""
        shop.ask_return_label("r-1", carrier, service)

    def call_off(self, shop: Workflow) -> None:
        """Let nothing come."""
        shop.close_return("r-1")

    def now(self, shop: Workflow) -> Labelled:
        """The return as it is."""
        return shop.returned("r-1")

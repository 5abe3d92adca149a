"""The door for messages from outside: nothing is read before its signature is found right.

It knows bytes, secrets and times, and refuses to know what a message is about.

Problem: an address that takes webhooks is open to the world.
Whoever finds it may send megabytes, brackets nested a million deep, a genuine message a second
time, or one of last year.
Observation: a signature covers the bytes that were sent.
A program that reads them first, and writes them anew to check them, has run on a stranger's input,
and fails on an honest one that was spaced in another way.
Decision: size, then signature over the raw bytes, then JSON, then the name and the age of the
event, then whether it has come before; the first that is wrong rejects, and `WebhookRejected` is
all that anybody ever hears.

A secret is changed without losing a message: for a while there are two, and either will do. Both
are tried every time, and each in constant time, so how long a no takes says nothing.

Senders try again for hours or days, so a message may be old and honest: each scheme has its age.
An age is no use where it is not signed: whoever replays a message writes a new date on it. So the
name of an event is read from the signed bytes where it stands there, and is their digest where it
does not: a replay has the same name. What was taken is known by the key of its command, which a
journal keeps for ever: ask it by `seen`.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Final

import attrs

from orderflow.errors import BadInput, WebhookRejected
from orderflow.values import instant, text, whole

SIZE_MAX: Final = 250_000
"""The largest message that is looked at, in bytes."""

BRACKETS_MAX: Final = 10_000
"""The most objects and lists in a message: each costs a hundred times what its two bytes cost."""

EVENT_MAX: Final = 120
"""The longest name of an event, so that a key has room for more."""

_SKEW: Final = timedelta(minutes=5)
_SECONDS_MAX: Final = 32_503_680_000  # the year 3000


class Encoding(StrEnum):
    """How the digest of a signature is written."""

    HEX = "hex"
    BASE64 = "base64"


@attrs.frozen
class Scheme:
    """Where a sender puts what is checked: an HMAC with SHA-256 over the raw body.

    `header` has the signature, behind a `prefix`. `event` and `sent` are the ways through the body
    to the name of the event and to when it was sent, which is text of ISO 8601 or seconds since
    1970; `sent_header` is for those who say so in a header. Where there is no `event`, the digest
    of the body is its name. `keeps_trying` is how long the sender may try again.
    """

    name: str
    header: str
    encoding: Encoding
    keeps_trying: timedelta
    prefix: str = ""
    event: tuple[str, ...] = ()
    sent: tuple[str, ...] = ()
    sent_header: str = ""
    normalised: bool = False  # the secret in NFKD, as some libraries of senders do

    def signature(self, secret: str, body: bytes) -> str:
        """What the header says when a body was signed with a secret."""
        key = unicodedata.normalize("NFKD", secret) if self.normalised else secret
        digest = hmac.new(key.encode(), body, hashlib.sha256).digest()
        if self.encoding is Encoding.HEX:
            return self.prefix + digest.hex()
        return self.prefix + base64.b64encode(digest).decode("ascii")


@attrs.frozen
class Delivery:
    """A message that was let in: `payload` is its JSON, with decimals for what has a point."""

    scheme: str
    event: str
    sent_at: datetime
    payload: Mapping[str, object]

    @property
    def key(self) -> str:
        """The key for the command of this event: the same whenever it comes."""
        return f"{self.scheme}:{self.event}"


def _never(key: str) -> bool:
    return False


@attrs.frozen
class Endpoint:
    """One address that takes the messages of one sender.

    `secrets` are one, or the new and the old one while it is changed.
    """

    scheme: Scheme
    secrets: tuple[str, ...] = attrs.field(repr=False)
    size_max: int = SIZE_MAX

    def __attrs_post_init__(self) -> None:
        if type(self.secrets) is not tuple or not 1 <= len(self.secrets) <= 2:
            raise BadInput("secrets", "one secret is wanted, or two while it is changed")
        for i, secret in enumerate(self.secrets):
            text(secret, f"secrets[{i}]")
        whole(self.size_max, "size_max")

    def open(
        self,
        headers: Mapping[str, str],
        body: bytes,
        *,
        at: datetime,
        seen: Callable[[str], bool] = _never,
    ) -> Delivery:
        """The message in a body, or `WebhookRejected`.

        `seen` says of a delivery's key whether its command was carried out before.
        """
        if type(body) is not bytes:
            raise BadInput("body", "the raw bytes are wanted, as they came")
        now = instant(at, "at")
        given = {name.lower(): value for name, value in headers.items()}
        if len(body) > self.size_max:
            raise self._no("too_large", f"it has more than {self.size_max} bytes")
        self._check_signature(given.get(self.scheme.header.lower()), body)
        payload = self._read(body)
        event = self._event(payload, body)
        sent_at = self._sent(payload, given)
        if sent_at > now + _SKEW:
            raise self._no("from_the_future", f"it says to be of {sent_at.isoformat()}")
        if sent_at < now - self.scheme.keeps_trying:
            raise self._no("too_old", f"it says to be of {sent_at.isoformat()}")
        delivery = Delivery(self.scheme.name, event, sent_at, payload)
        if seen(delivery.key):
            raise self._no("repeated", f"event {event} was taken before")
        return delivery

    def _no(self, code: str, reason: str) -> WebhookRejected:
        return WebhookRejected(self.scheme.name, code, reason)

    def _check_signature(self, given: str | None, body: bytes) -> None:
        if not given:
            raise self._no("not_signed", f"there is no {self.scheme.header}")
        said = given.encode("utf-8", "replace")
        right = False
        for secret in self.secrets:  # both every time: how long it takes says nothing
            wanted = self.scheme.signature(secret, body).encode("ascii")
            right |= hmac.compare_digest(wanted, said)
        if not right:
            raise self._no("wrong_signature", "its signature is wrong")

    def _read(self, body: bytes) -> Mapping[str, object]:
        if body.count(b"[") + body.count(b"{") > BRACKETS_MAX:
            raise self._no("too_large", f"it has more than {BRACKETS_MAX} brackets")
        try:
            payload = json.loads(
                body.decode("utf-8"),
                object_pairs_hook=_unique,
                parse_float=Decimal,
                parse_constant=_refused,
            )
        except (ValueError, ArithmeticError, RecursionError):
            raise self._no("not_json", "it is no JSON that can be read") from None
        if not isinstance(payload, dict):
            raise self._no("not_json", "it is no JSON object")
        return payload

    def _event(self, payload: Mapping[str, object], body: bytes) -> str:
        if not self.scheme.event:
            return hashlib.sha256(body).hexdigest()
        name = at_path(payload, self.scheme.event)
        try:
            event = text(name, "event")
        except BadInput as bad:
            raise self._no("not_understood", str(bad)) from None
        if len(event) > EVENT_MAX:
            raise self._no("not_understood", f"event: longer than {EVENT_MAX} characters")
        return event

    def _sent(self, payload: Mapping[str, object], headers: Mapping[str, str]) -> datetime:
        scheme = self.scheme
        said = (
            at_path(payload, scheme.sent)
            if scheme.sent
            else headers.get(scheme.sent_header.lower())
        )
        sent = as_instant(said)
        if sent is None:
            raise self._no("not_understood", "it does not say when it was sent")
        return sent


def at_path(payload: object, path: tuple[str, ...]) -> object:
    """What stands at the end of a way through objects, or `None`."""
    for name in path:
        if not isinstance(payload, dict):
            return None
        payload = payload.get(name)
    return payload


def as_instant(said: object) -> datetime | None:
    """An instant of ISO 8601 with its zone, or of seconds since 1970; else `None`."""
    if type(said) is int and 0 <= said < _SECONDS_MAX:
        return datetime.fromtimestamp(said, UTC)
    if not isinstance(said, str):
        return None
    try:
        return instant(datetime.fromisoformat(said), "sent")
    except ValueError:
        return None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """An object whose names come once: with two, one reader sees the first and another the last."""
    made = dict(pairs)
    if len(made) != len(pairs):
        raise ValueError("a name comes twice")
    return made


def _refused(constant: str) -> object:
    raise ValueError(f"{constant} is no number")

"""What has happened, told to others: facts leave through an outbox, as CloudEvents.

It knows in which order they leave and when they have left, and refuses to know whom they are for:
that is the publisher, a host's own.

An entry stands in the outbox from the transaction that made it until it has been published, so
nothing that has happened is left untold, and nothing is told that has not happened.
Problem: whoever dies between telling and noting it has told, and nobody knows.
Decision: it is told again, with the same id: at least once.
What is about one document leaves in the order of its versions, also where several drain at once:
each tells all that is still to be told from the front, so nothing overtakes what it follows.
"""

from __future__ import annotations

import json
from typing import Final, Protocol

import attrs

from orderflow.adapters import codec
from orderflow.errors import BadInput
from orderflow.journal import Entry

BATCH_MAX: Final = 1_000
"""How many are told at most before it is noted that they are."""


@attrs.frozen
class Event:
    """A CloudEvent (1.0): the facts of one command.

    `id` is the number of the entry and `source` whose journal it is of: together they are the same
    however often it is told. `subject` is the document that the command was called on, `data` its
    JSON: verb, key, actor, the facts, and each document that changed with its new version.
    """

    id: str
    source: str
    type: str
    subject: str
    time: str
    data: str

    @property
    def text(self) -> str:
        """The event in the JSON format, in structured mode."""
        named = {
            "specversion": "1.0",
            "id": self.id,
            "source": self.source,
            "type": self.type,
            "subject": self.subject,
            "time": self.time,
            "datacontenttype": "application/json",
        }
        head = json.dumps(named, ensure_ascii=False, separators=(",", ":"))
        return f'{head[:-1]},"data":{self.data}}}'


class Publisher(Protocol):
    """Where events go: a broker, a queue, a webhook of the host."""

    def publish(self, event: Event) -> None:
        """Hand an event over; it has left when this returns, and stays when this raises."""
        ...


class Outgoing(Protocol):
    """A store that knows which entries have not left yet."""

    def unsent(self, limit: int) -> tuple[Entry, ...]:
        """The first entries that have not left, in order."""
        ...

    def sent(self, seqs: tuple[int, ...]) -> None:
        """Note that the entries of these numbers have left."""
        ...


def event_of(entry: Entry, source: str = "/orderflow") -> Event:
    """The event that an entry of the journal is told as; a tenant is a part of the source."""
    ref = entry.call.ref
    changed = [[to.kind, to.id, version] for to, version in entry.versions]
    told = {"verb": entry.call.verb, "key": entry.key, "by": entry.by, "documents": changed}
    head = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    return Event(
        str(entry.seq),
        f"{source}/{ref.tenant}" if ref.tenant else source,
        f"orderflow.{entry.call.verb}",
        f"{ref.kind}/{ref.id}",
        entry.at.isoformat(),
        f'{head[:-1]},"facts":{codec.put_facts(entry.facts)}}}',
    )


def drain(
    store: Outgoing, publisher: Publisher, batch: int = 100, *, source: str = "/orderflow"
) -> int:
    """Publish what has not left yet, at most `batch` entries; how many have left.

    What a host's worker calls, again and again. Where the publisher raises, what had left before is
    noted, and the rest stays in its order.
    """
    if type(batch) is not int or not 0 < batch <= BATCH_MAX:
        raise BadInput("batch", f"a whole number from 1 to {BATCH_MAX} is wanted")
    left: list[int] = []
    try:
        for entry in store.unsent(batch):
            publisher.publish(event_of(entry, source))
            left.append(entry.seq)
    finally:
        if left:
            store.sent(tuple(left))
    return len(left)

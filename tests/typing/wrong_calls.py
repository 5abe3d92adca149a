"""Calls with wrong, missing, swapped or unknown arguments, or with what no journal can keep."""

from __future__ import annotations

from orderflow import Money, Position, Workflow, verbs
from orderflow.units import LineQuantities

two: LineQuantities = (("1", 2),)
shelf = Position("BRASS-LAMP", "leith")

verbs.release.on("o-1", 7)  # E: mypy arg-type, pyright reportArgumentType
verbs.release.on("o-1")  # E: mypy call-arg, pyright reportCallIssue
verbs.release.on("o-1", two, "d-1")  # E: mypy arg-type, pyright reportArgumentType
verbs.release.on("o-1", "d-1", "leith", two, "more")  # E: mypy call-arg, pyright reportCallIssue
verbs.release.on("o-1", "d-1", loctaion="leith")  # E: mypy call-arg, pyright reportCallIssue
verbs.release.on(dispatch="d-1")  # E: mypy call-arg, pyright reportCallIssue
verbs.release.on("o-1", lambda: "d-1")  # E: mypy arg-type, pyright reportArgumentType
verbs.release.on("o-1", "d-1", lines=lambda: two)  # E: mypy arg-type, pyright reportArgumentType
verbs.cancel.on("o-1", (("1", "2"),))  # E: mypy arg-type, pyright reportArgumentType
verbs.pay.on("p-1", "50.00")  # E: mypy arg-type call-arg, pyright reportCallIssue
verbs.pay.on("p-1", (("o-1", 5000),), Money.of("50.00", "EUR"))  # E: mypy arg-type, pyright reportArgumentType
verbs.receive.on("BRASS-LAMP", 10, shelf)  # E: mypy arg-type, pyright reportArgumentType
verbs.deliver.on("p-1", lambda: None)  # E: mypy call-arg, pyright reportCallIssue
verbs.relaese.on("o-1", "d-1")  # E: mypy attr-defined, pyright reportAttributeAccessIssue


def asked_whence(shop: Workflow) -> None:
    shop.sourcing("o-1", "1")  # E: mypy arg-type, pyright reportArgumentType
    shop.sourced("o-1", two)  # E: mypy call-arg, pyright reportCallIssue

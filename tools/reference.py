"""The pages of the reference that are read off the code: verbs, refusals, charts, statuses, names.

`python tools/reference.py` writes them; `--check` says which are stale and writes nothing.

What a verb refuses is found by reading its code and all that it calls: each `Refusal.of`, each
exception with a code of its own, and the guards of each row that one of its moves can take.
That is more than can happen in a few places, where the code looks before it leaps; `NEVER` names
them with the reason.  What a store adds by itself stands in `BY_STORE`.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import re
import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from functools import cache, partial
from itertools import pairwise
from pathlib import Path
from types import FunctionType
from typing import Any, Final, NamedTuple

import orderflow
from orderflow import (
    invoices,
    measures,
    planning,
    promising,
    remittances,
    sourcing,
    statements,
    states,
    testing,
    views,
)
from orderflow.chart import Chart, Guard
from orderflow.commands import Commands
from orderflow.journal import STOCK, VERBS, Case, Step, Verb
from orderflow.records import KINDS
from orderflow.reporting import written
from orderflow.sentences import SENTENCES, WORDS
from orderflow.sourcing import policies
from orderflow.sourcing.pipeline import Cascade, Pipeline
from orderflow.states import (
    OrderState,
    ParcelState,
    ReplacementState,
    RequestState,
    ReturnState,
    UnitState,
    WorkOrderState,
)
from orderflow.views import Headline, PartyStatus, Phase

ROOT = Path(__file__).resolve().parent.parent
REFERENCE = Path("docs/reference")
HEAD = "<!-- Written by tools/reference.py; change the code and run it again. -->"

# --- what a verb refuses --------------------------------------------------------------------------

MOVES: dict[str, Chart[Any, Any, Any]] = {
    chart.moves.__name__: chart for chart in states.CHARTS.values()
}
"""The charts by the name of their moves; two that share theirs have the same guards."""

SKIPPED = {"confirm_if_ready"}
"""Functions that ask the chart before they move, and so refuse nothing."""

RAISED = {"NotFound": "not_found", "IllegalMove": "illegal_move"}

NEVER = {
    "pay": {"illegal_move"},  # a new payment can be captured
    "spend": {"illegal_move"},  # the same
    "collect_on_delivery": {"illegal_move", "wrong_currency", "overpaid", "over_applied"},
    "record_notice": {"illegal_move"},  # it looks for a row first
    "settle_dispute": {"illegal_move", "hold_not_set"},  # it looks for a row and the hold first
    "charge_back": {"illegal_move"},  # it looks for a row first
    "expect_cash": {"illegal_move"},  # a new payment can be due at the door
    "take_deposit": {"illegal_move"},  # a new payment can take a deposit
    "pay_balance": {"illegal_move"},  # it looks for its state first
    "record_scan": {"illegal_move"},  # the same
    "purchase": {"not_goods"},  # only goods are promised or planned to be bought
    "expect": {"not_found"},  # it looks for the feed first
    "invoice": {"already_there"},  # its number is the next one
    "credit": {"already_there"},  # the same
    # It looks for the quota first, and takes no pool that orders claim as a whole.
    "hold_stock": {"not_found", "credit_exceeded", "coupon_used_up", "coupon_used"},
    "set_quota": {"credit_exceeded", "coupon_used_up", "coupon_used"},  # its pool is a quota's
    "record_feed": {"not_found", "already_there"},  # the same
    "set_coupon": {"already_there"},  # the same
    "set_credit": {"already_there"},  # the same
    "receive_supply": {"illegal_move", "already_there"},  # it looks for a row and the lot first
    "reserve": {"lot_expires"},  # it never gives such a lot
    "receive": {"not_found", "already_there"},  # it looks for the lot first
    "count": {"not_found", "already_there"},  # the same
    "take_stock": {"not_found", "already_there"},  # the same
    "accept_dispatch": {"illegal_move"},  # the same
    "refuse_dispatch": {"illegal_move"},  # the same
    "refuse_cancel_dispatch": {"illegal_move"},  # the same
    "receive_back": {"illegal_move"},  # the same
    "record_return_scan": {"illegal_move"},  # the same
    "receive_return": {"illegal_move"},  # the same
    "report_missing": {"illegal_move"},  # the same
    "answer": {"illegal_move"},  # it looks for a row first
    "found": {"illegal_move"},  # it looks for what is missing first
    "reject": {"not_all_ended"},  # it has cancelled every unit before
    "cancel": {"not_all_ended"},  # an order ends by it only when no unit is kept
    "remit": {"illegal_move"},  # only what was collected is owed by a carrier
    "scan_serials": {"illegal_move"},  # it always names a line
    "place": {"too_many", "no_such_line"},  # stock holds ask for no more than is open
    "expire": {"sent_again"},  # nothing of an unpaid order has been shipped
    "approve_reissue": {"not_paid", "no_lines"},  # its order costs nothing and has lines
    "cancel_reissue": {"not_all_ended", "sent_again"},  # only what has not left is cancelled
    "cancel_exchange": {"not_all_ended", "sent_again"},  # the same
    "undo_exchange": {"not_all_ended", "sent_again"},  # the same
    "send_replacement": {"no_lines"},  # an exchange has lines
    # What has happened outside: it looks for a row first, and more than was asked for is taken too.
    "accept_purchase": {"illegal_move"},
    "refuse_purchase": {"illegal_move"},
    "record_shortfall": {"illegal_move"},
    "refuse_cancel_purchase": {"illegal_move"},
    "cancel_purchase": {"illegal_move"},
    "receive_purchase": {"illegal_move", "too_many"},
    "ship_direct": {"illegal_move", "too_many", "on_hold"},
    "inspect_production": {"illegal_move"},
    "rework": {"illegal_move"},
    "finish_production": {"illegal_move", "too_many"},
}
"""What the code seems to refuse, and cannot, since it has looked before."""

BY_STORE = {
    "hold_stock": {"short"},
    "move_stock": {"short"},
    "send_transfer": {"short"},
    "release_quarantine": {"short"},
    "reject_quarantine": {"short"},
    "spend": {"stored_short"},
    "draft": {"number_taken"},
    "place": {"number_taken"},
}
"""What a store refuses when it commits."""


CLAIMED = {"over_limit", "over_quota", "day_full", "safety_stock"}
DECIDED = {"short", "goods_left_out", "location_left_out", "line_left_out"}

ASKED = {
    "enter_stage": {"on_hold"},
    "hold_stock": {"safety_stock"},
    "reserve": CLAIMED | DECIDED,
    "allocate": CLAIMED | DECIDED,
    "promise": CLAIMED,
    "place": CLAIMED | {"coupon_used_up", "coupon_used"},
    "repromise": CLAIMED - {"over_limit"},
    "invoice": {"no_tax_rate"},
}
"""What a guard says that a verb asks by itself, since no row of a chart has it, or what limits,
quotas, days, safety stock and tables of rates say, which are asked as values, or what a decision
has against it.
"""


def refused_by(verb: Verb[Any, ...]) -> tuple[str, ...]:
    """The codes of the refusals that a verb can give, in the order of the catalogue."""
    function = verb.function
    assert isinstance(function, FunctionType)
    found = set(_codes(function.__module__, function.__qualname__))
    if not {"line", "lines", "verdicts"} & verb.defaults.keys():
        found -= {"too_many", "no_such_line"}
    found -= NEVER.get(verb.name, set())
    found |= BY_STORE.get(verb.name, set()) | ASKED.get(verb.name, set())
    return tuple(code for code in SENTENCES if code in found)


def _codes(module: str, name: str) -> set[str]:
    """The codes in a function and in all that it calls."""
    found: set[str] = set()
    seen: set[tuple[str, str]] = set()
    front = [(module, name)]
    while front:
        here = front.pop()
        if here in seen or here[1] in SKIPPED:
            continue
        seen.add(here)
        node = _functions(here[0]).get(here[1])
        if node is None:
            continue
        for one in ast.walk(node):
            if isinstance(one, ast.Call):
                found.update(_said(one))
                front.extend(_called(one, *here))
    return found


@cache
def _functions(module: str) -> dict[str, ast.FunctionDef]:
    """The functions and methods of a module by their qualified names."""
    tree = ast.parse(inspect.getsource(importlib.import_module(module)))
    found: dict[str, ast.FunctionDef] = {}
    for node in tree.body:
        if isinstance(node, ast.FunctionDef):
            found[node.name] = node
        elif isinstance(node, ast.ClassDef):
            for method in node.body:
                if isinstance(method, ast.FunctionDef):
                    found[f"{node.name}.{method.name}"] = method
    return found


def _said(call: ast.Call) -> Iterator[str]:
    """The codes that one call names itself."""
    to = ast.unparse(call.func)
    if to == "Refusal.of" and isinstance(call.args[0], ast.Constant):
        yield str(call.args[0].value)
    if to in RAISED:
        yield RAISED[to]
    if to in ("step.advance", "step.proceed"):
        yield "illegal_move"
    if to.endswith(".target"):
        return
    for argument in call.args:
        if isinstance(argument, ast.Attribute) and ast.unparse(argument.value) in MOVES:
            for row in MOVES[ast.unparse(argument.value)].rows:
                if row.move.name == argument.attr:
                    for guard in row.when:
                        yield refused_by_guard(guard)


def _called(call: ast.Call, module: str, name: str) -> Iterator[tuple[str, str]]:
    """The functions of the library that one call may run."""
    to = call.func
    if isinstance(to, ast.Name):
        called = getattr(importlib.import_module(module), to.id, None)
        if isinstance(called, FunctionType) and called.__module__.startswith("orderflow."):
            yield called.__module__, called.__qualname__
    elif isinstance(to, ast.Attribute):
        on = ast.unparse(to.value)
        if on.endswith("case"):
            yield Case.__module__, f"Case.{to.attr}"
        elif on == "step" or (on == "self" and name.startswith("Step.")):
            yield Step.__module__, f"Step.{to.attr}"


def refused_by_guard(guard: Guard[Any]) -> str:
    """The code of the refusal that a guard gives when its claim is false."""
    outer = guard.refuse.__qualname__.split(".<locals>")[0]  # a guard may be made for its move
    (code,) = _codes(guard.refuse.__module__, outer)
    return code


# --- verbs ----------------------------------------------------------------------------------------

TYPES = (
    "- A `LineQuantities` is a tuple of (line id, units) pairs, "
    'such as `(("1", 2),)`; empty means all that there is.',
    '- `Shares` is a tuple of (order id, minor units) pairs, such as `(("o-17", 3000),)`.',
    "- `Verdicts` is a tuple of (line id, units, `Verdict`) triples; "
    "empty means that all is sound.",
    "- `NewLines` is a tuple of `NewLine`.",
    "- `Verdict` is in `orderflow.conditions`, `Notice` in `orderflow.payments`, "
    "`ScanStatus` in `orderflow.fulfilment`; every other type is in `orderflow` itself.",
)

KIND_NOTES = {
    STOCK: (
        "Goods are no document: these verbs change the books alone, and refuse nothing, "
        "since what they record has happened.",
        "The method takes no id; a call is on the SKU, or on the pool: "
        '`receive.on("BRASS-LAMP", position, n)`.',
    )
}


def verbs_page() -> str:
    """Every verb, by the kind of document that it is called on."""
    lines = [
        "# Verbs",
        "",
        HEAD,
        "",
        "A verb is what can be done.",
        "Each is a method of `Workflow`, and each is a function that makes a call, a value: "
        '`workflow.cancel("o-17")` does what `workflow.apply(cancel.on("o-17"))` does.',
        "`workflow.why_not(call)` gives every reason against a call without doing anything.",
        "",
        "The first argument is the id of the document that the verb is called on.",
        "Each method takes two more by name: `key`, which makes it safe to "
        "[repeat](../how-to/repeat-a-command-safely.md), and `by`, who asks.",
        "",
        *TYPES,
        "",
        "What a verb refuses is told by the codes of [refusals](refusals.md); "
        "input that cannot be taken is `BadInput` beside them.",
    ]
    for kind in (*KINDS, STOCK):
        mine = [VERBS[name] for name in vars(Commands) if name in VERBS]
        mine = [verb for verb in mine if verb.kind == kind]
        if not mine:
            continue
        article = "an" if kind[0] in "aeio" else "a"
        lines += ["", "## On stock" if kind == STOCK else f"## On {article} {kind}"]
        if kind in KIND_NOTES:
            lines += ["", *KIND_NOTES[kind]]
        for verb in mine:
            lines += ["", *_verb(verb)]
    return "\n".join(lines) + "\n"


def _verb(verb: Verb[Any, ...]) -> Iterator[str]:
    parameters = list(inspect.signature(verb.function).parameters.values())[2:]
    shown = [] if verb.kind == STOCK else ["id"]
    star = False
    for one in parameters:
        if one.kind is one.KEYWORD_ONLY and not star:
            shown.append("*")
            star = True
        shown.append(one.name if one.default is one.empty else f"{one.name}={one.default!r}")
    yield f"### {verb.name}"
    yield ""
    module = ".".join(verb.function.__module__.split(".")[:2])  # a package hands its verbs on
    yield f"`workflow.{verb.name}({', '.join(shown)})`, from `{module}`"
    yield ""
    yield from _sentences(inspect.getdoc(verb.function) or "")
    yield ""
    for one in parameters:
        left_out = "" if one.default is one.empty else "; may be left out"
        yield f"- `{one.name}`: `{one.annotation}`{left_out}"
    if parameters:
        yield ""
    codes = refused_by(verb)
    listed = ", ".join(f"[`{code}`](refusals.md#{code})" for code in codes)
    yield f"Refuses: {listed}." if codes else "Refuses nothing."


def _sentences(text: str) -> Iterator[str]:
    """The text with one sentence a line."""
    for paragraph in text.split("\n\n"):
        plain = " ".join(paragraph.split())
        yield from re.split(r"(?<=[.!?]) (?=[A-Z`])", plain)


# --- refusals -------------------------------------------------------------------------------------


def refusals_page() -> str:
    """Every refusal by its code."""
    by_code: dict[str, list[str]] = {code: [] for code in SENTENCES}
    for verb in VERBS.values():
        for code in refused_by(verb):
            by_code[code].append(verb.name)
    guards: dict[str, list[str]] = {code: [] for code in SENTENCES}
    for guard in _guards():
        guards[refused_by_guard(guard)].append(guard.name)
    lines = [
        "# Refusals",
        "",
        HEAD,
        "",
        "A refusal says why not: a code that never changes its meaning, "
        "the figures that were looked at, and a sentence made of them.",
        "`Refused.refusals` has all of them at once, and nothing has changed.",
        "",
        'Each stands here in English and in Chinese: `refusal.say("en")`, `refusal.say("zh")`; '
        "in Chinese, kinds, states and moves among the figures are translated too.",
        "",
        "Amounts among the figures are minor units; "
        "the sentence shows them in the main unit of their currency.",
    ]
    for code, sentences in SENTENCES.items():
        figures = re.findall(r"{(\w+)}", sentences["en"])
        lines += ["", f"## {code}", ""]
        for sentence in sentences.values():
            lines += ["> " + re.sub(r"{(\w+)}", r"*\1*", sentence), ""]
        lines.append(f"Figures: {', '.join(f'`{name}`' for name in dict.fromkeys(figures))}.")
        if guards[code]:
            named = " and ".join(f"`{name}`" for name in guards[code])
            lines.append(f"A guard of the [charts](charts.md): {named}.")
        if len(by_code[code]) > LISTED_MAX:
            lines.append("Given by most verbs.")
        elif by_code[code]:
            links = ", ".join(f"[{name}](verbs.md#{name})" for name in by_code[code])
            lines.append(f"Given by: {links}.")
        else:
            lines.append(ELSEWHERE.get(code, "Given by no verb yet."))
    return "\n".join(lines) + "\n"


LISTED_MAX = 25
"""How many verbs are named at a refusal; what more can give needs no list."""

ELSEWHERE = {
    "carrier_refused": "Given by carriers, not by a verb.",
    "closed_too_long": "Given by a [calendar](../how-to/set-cut-off-times.md), not by a verb.",
    "location_not_used": "Given by the [reasons of a decision]"
    "(../how-to/choose-a-policy.md#ask-why-an-order-leaves-from-there), not by a verb.",
    **dict.fromkeys(
        (
            "offer_not_begun",
            "offer_over",
            "offer_for_others",
            "offer_wants_coupon",
            "offer_other_currency",
            "offer_fits_no_line",
            "offer_wants_more",
            "offer_wants_units",
            "offer_gives_nothing",
        ),
        "Why an [offer](../how-to/give-discounts.md) was not used; given by no verb.",
    ),
    "own_rule": "A guard of a [host's own process](../how-to/set-up-your-own-process.md), "
    "before any move that it is set on.",
    "stage_left_out": "The guard `stages_passed` of a "
    "[host's own process](../how-to/set-up-your-own-process.md), "
    "before each move that leads on from a state with obligatory stages.",
}


def _guards() -> list[Guard[Any]]:
    rows = [row for chart in states.CHARTS.values() for row in chart.rows]
    return list({guard.name: guard for row in rows for guard in row.when}.values())


# --- charts ---------------------------------------------------------------------------------------


def picture_of(chart: Chart[Any, Any, Any]) -> str:
    """Where the picture of a chart stands, beside the page."""
    return f"charts/{chart.name.replace(' ', '-')}.svg"


def charts_page() -> str:
    """Every chart as a table and as a diagram."""
    lines = [
        "# Charts",
        "",
        HEAD,
        "",
        "Which state may follow which, by which move, on which conditions.",
        "Each picture is drawn from the rows of its table: boxes are states, labels are moves with "
        "their guards in brackets.",
        "What leads far off is told in the box where it begins.",
        "`python -m orderflow chart order` prints one as Mermaid, and with `--format svg` or "
        "`--format json` as a picture or as data.",
        "",
        "A move without a row is refused as [`illegal_move`](refusals.md#illegal_move), with the "
        "moves that the state has.",
        "A move whose guards say no is refused with every guard's reason.",
    ]
    for chart in states.CHARTS.values():
        lines += ["", f"## {chart.name.capitalize()}", "", *_chart(chart)]
    lines += [
        "",
        "## Guards",
        "",
        "A guard is named as a claim; where the claim is false, this is what it says.",
        "",
        "| guard | refusal |",
        "|---|---|",
    ]
    for guard in _guards():
        code = refused_by_guard(guard)
        lines.append(f"| {guard.name} | [`{code}`](refusals.md#{code}) |")
    return "\n".join(lines) + "\n"


def _chart(chart: Chart[Any, Any, Any]) -> Iterator[str]:
    yield (inspect.getdoc(chart.states) or "").splitlines()[0]
    yield f"It begins as *{chart.initial}*; {_ends(chart)}."
    yield ""
    yield f"[![The chart of the {chart.name}]({picture_of(chart)})]({picture_of(chart)})"
    yield ""
    yield "| from | move | to | guards |"
    yield "|---|---|---|---|"
    for row in chart.rows:
        guards = ", ".join(guard.name for guard in row.when)
        yield f"| {row.source} | {row.move} | {row.target} | {guards} |"


def _ends(chart: Chart[Any, Any, Any]) -> str:
    ends = [f"*{state}*" for state in chart.used if state in chart.ends]
    return f"its end is {ends[0]}" if len(ends) == 1 else f"its ends are {' and '.join(ends)}"


# --- public names ---------------------------------------------------------------------------------

_DOCUMENTS = {cls.__name__ for cls in KINDS.values()}

BESIDE = {
    "orderflow.proposals": (
        *(
            "propose",
            "coming_back",
            "money_alone",
            "supposed",
            "text",
            "Proposal",
            "LineDiffers",
            "Coming",
        ),
        "PaidFrom",
    ),
    "orderflow.adapters.sqlite": ("SqliteStore",),
    "orderflow.adapters.postgres": ("PostgresStore",),
    "orderflow.adapters.durable": ("Tick", "ticking"),
    "orderflow.adapters.outbox": ("Event", "Outgoing", "Publisher", "drain", "event_of"),
    "orderflow.adapters.sqlalchemy": ("SqlAlchemyStore", "make_tables"),
    "orderflow.adapters.memory": ("MemoryStore",),
    "orderflow.adapters": ("codec",),
    "orderflow.adapters.judging": ("again", "judge", "means", "relied_on"),
    "orderflow.adapters.plain": ("PlainReads",),
    "orderflow.books": ("by_claim", "changes_on_shelf", "claim_key", "claimed_net"),
    "orderflow.grants": ("hold_expired", "number_taken", "runs", "shortage", "unkept"),
    "orderflow.journal": ("Change", "Committed", "Entry", "Stored"),
    "orderflow.adapters.carriers": (
        "ScriptedCarrier",
        "Fault",
        "Asked",
        "TableRateCarrier",
        "Rate",
        "Surcharge",
        "PriceList",
        "Zones",
        "price_list",
        "zones",
        "hear",
        "Heard",
        "offers_of",
        "Offers",
        "book_open",
        "track_all",
        "Once",
    ),
    "orderflow.choosing": (
        *("choose", "Choice", "Errand", "CarrierRule", "Prefer", "Offer", "LeftOut", "LeftOutFor"),
    ),
    "orderflow.adapters.webhooks": (
        "Endpoint",
        "Scheme",
        "Delivery",
        "Encoding",
        "scans_of",
        "SHOPIFY",
        "EASYPOST",
        "AFTERSHIP",
    ),
    "orderflow.adapters.carriers.kuaidi100": ("scans_of_answer", "meaning"),
    "orderflow.fulfilment": ("said_by", "manifest_of", "Manifest", "ManifestRow"),
    "orderflow.tracking": (
        "TrackingStatus",
        "Incident",
        "Scan",
        "Track",
        "Whereabouts",
        "follow",
        "Trouble",
        "troubles",
    ),
    "orderflow.ways_out": ("Troubled", "WayOut", "Remedied"),
    "orderflow.adapters.gateways": (
        "send_open",
        "Sent",
        "UniformGateway",
        "ScriptedGateway",
        "Effect",
        "Fault",
    ),
    "orderflow.ways_to_pay": ("WayToPay", "ways_to_pay"),
    "orderflow.tenders": ("TenderBook",),
    "orderflow.ledger": (
        "Posting",
        "OrderAccount",
        "StoredAccount",
        "postings",
        "balances",
        "of_order",
        "of_customer",
        "day",
        "LedgerStatement",
        "LedgerRow",
        "Day",
        "AccountStated",
        "text",
    ),
    "orderflow.settlement": (
        "Settlement",
        "PartySettled",
        "SettlementRow",
        "Role",
        "Reason",
        "Quote",
        "settlement",
        "text",
    ),
    "orderflow.plans": ("Scheduled", "schedule", "due_by", "next_instalment", "oldest_first"),
    "orderflow.ports": (
        "Store",
        "People",
        "Carrier",
        "Gateway",
        "GatewayRequest",
        "GatewayAnswer",
        "DemandForecast",
        "Query",
        "every",
        "Books",
        "Quote",
        "Label",
        "Warehouse",
        "Work",
        "WorkLine",
        "WorkSaid",
        "WorkEvent",
        "Scan",
    ),
    "orderflow.calendars": (
        "Calendar",
        "is_working_day",
        "next_working_day",
        "working_day_from",
        "wall_day",
        "add_working_days",
        "add_working_hours",
        "cut_off_on",
        "ready_to_ship_at",
        "arrives_at",
        "latest_ready",
        "latest_shipped",
    ),
    "orderflow.shipping": ("Shipping",),
    "orderflow.adapters.karrio": (
        "KarrioCarrier",
        "Consignment",
        "PostalAddress",
        "PrintedLabel",
        "status_of",
        "incident_of",
        "karrio_status",
        "karrio_incident",
    ),
    "orderflow.adapters.holidays": ("closed_days",),
    "orderflow.sending": ("Sending",),
    "orderflow.packing": ("Packing",),
    "orderflow.adapters.warehouses": (
        "give_work",
        "hear_work",
        "work_of",
        "Given",
        "HeardWork",
        "ScriptedWarehouse",
        "WarehouseFault",
    ),
    "orderflow.sourcing": tuple(
        name for name in sourcing.__all__ if isinstance(vars(sourcing)[name], type | FunctionType)
    ),
    "orderflow.sourcing.values": (
        "Objective",
        "Score",
        "DEFAULT",
        "LEAST_SHIPMENTS",
        "LEAST_COST",
        "LEAST_DAYS",
    ),
    "orderflow.sourcing.pipeline": (
        "Pipeline",
        "Cascade",
        "Sourced",
        "exact",
        "in_order",
        "one_or_none",
        "planned",
    ),
    "orderflow.sourcing.policies": tuple(
        name for name in vars(policies) if isinstance(vars(policies)[name], Pipeline | Cascade)
    ),
    "orderflow.sourcing.stages": (
        "Dropped",
        "Lessened",
        "KeptBack",
        "has_something",
        "has_capacity",
        "without",
        "bearing",
        "keeping_back",
        "within_km",
        "by_region",
        "by_channel",
        "by_product",
        "by_priority",
        "by_distance",
        "by_cost",
        "by_load",
        "by_expiry",
        "by_age",
        "last",
    ),
    "orderflow.sourcing.explaining": ("Unused", "Missing", "Lack"),
    "orderflow.sourcing.parcels": ("Parcel", "packed", "by_kind", "by_weight", "by_volume"),
    "orderflow.sourcing.relaxation": ("relaxed", "Solver", "LinearProgram", "Row"),
    "orderflow.sourcing.teams": ("Work", "Team", "Assigned", "Unfit", "assign"),
    "orderflow.promising": tuple(promising.__all__),
    "orderflow.promising.alternatives": ("Alternative",),
    "orderflow.promising.dangers": ("Slipped",),
    "orderflow.promising.forecasting": ("Forecast",),
    "orderflow.inventory": ("Standing", "total", "Got"),
    "orderflow.whence": ("Sourcing", "Decision"),
    "orderflow.whatif": ("Trial", "Tried", "Answer", "trial"),
    "orderflow.process": ("Process", "Remove", "Close", "Require", "Stage", "own_guard"),
    "orderflow.states": tuple(
        name
        for name in states.__all__
        if name == "CHARTS" or name.endswith(("State", "Move", "Facts"))
    ),
    "orderflow.testing": tuple(testing.__all__),
    "orderflow.testing.kit": ("NotAsked", "agree", "together", "Passing"),
    "orderflow.testing.broken": ("BROKEN_STORES", "BROKEN_CARRIERS", "BROKEN_GATEWAYS"),
    "orderflow.testing.strategies": ("orders", "stock", "journals", "prices"),
    "orderflow.rules": (
        "Policy",
        "ReserveWhen",
        "FIRST_EXPIRED",
        "FIRST_IN",
        "LAST_IN",
    ),
    "orderflow.views": tuple(views.__all__),
    "orderflow.measures": tuple(measures.__all__),
    "orderflow.statements": tuple(statements.__all__),
    "orderflow.planning": tuple(planning.__all__),
    "orderflow.horizon": ("Horizon",),
    "orderflow.money": ("share", "spread", "Spread", "Rounding", "rounded"),
    "orderflow.pricing": (
        "total",
        "due",
        "carried",
        "priced",
        "Priced",
        "Offer",
        "When",
        "Scope",
        "Given",
        "Used",
        "Passed",
        "AmountOff",
        "PercentOff",
        "FixedPrice",
        "BuyGet",
        "Threshold",
        "Bundle",
        "DepositCounts",
        "FreightOff",
        "Free",
        "Level",
        "Basis",
        "Basket",
        "Item",
        "Saving",
        "Lack",
        "Gift",
        "Book",
        "Version",
        "Buyer",
        "price_of",
    ),
    "orderflow.cod": ("cash_by_parcel",),
    "orderflow.refunds": ("owed_back",),
    "orderflow.remittances": tuple(remittances.__all__),
    "orderflow.taxes": (
        *("Taxing", "TaxPlace", "TaxTable", "TaxQuestion", "Table", "TaxRow", "Rate", "Taxation"),
        *("Convention", "Level", "By", "CONVENTIONS", "NET_BY_TOTAL", "NET_BY_LINE"),
        *("NET_BY_UNIT", "GROSS_BY_TOTAL", "GROSS_BY_LINE", "GROSS_BY_UNIT", "NET_OF_LINE"),
        *("NET_OF_UNIT", "taxed", "TaxLine", "Taxed", "TaxedLine", "RateTotal"),
    ),
    "orderflow.taxing": ("tax_charges",),
    "orderflow.invoices": tuple(
        name for name in invoices.__all__ if name not in {"invoice", "credit", *_DOCUMENTS}
    ),
    "orderflow.reasons": ("WITHDRAWAL", "FAULTY", "WRONG_ITEM", "MISSING", "USAGE"),
    "orderflow.paid_back": (
        *("Refunding", "FreightBack", "Deduction", "RestockingFee", "LostValue", "GiftWorth"),
    ),
    "orderflow.thresholds": ("Unmet", "Terms", "Reached"),
    "orderflow.windows": ("Window", "Start", "LastDay", "Closing"),
    "orderflow.returnable": ("Returnable", "Against"),
    "orderflow.replacements": ("Progress", "progress"),
    "orderflow.deadlines": ("Due", "Reminder"),
    "orderflow.audit": ("audit", "Law", "reconcile", "Plan", "Drift", "DriftKind"),
    "orderflow.archiving": ("Archive", "forget", "is_at_rest", "put_away"),
    "orderflow.mending": ("Mendable", "Instant", "Kept"),
    "orderflow.reporting": ("chart_named", "written", "mermaid", "chart_data", "draw_chart"),
    "orderflow.intake": ("orders", "stock", "remittance", "Columns", "Finding"),
    "orderflow.records": (
        *(cls.__name__ for cls in KINDS.values()),
        "Claim",
        "Counter",
        "MatterKind",
    ),
}
"""What a host may want beside the names of the package itself."""


def api_page() -> str:
    """The public names, each with its first sentence."""
    lines = [
        "# Public names",
        "",
        HEAD,
        "",
        "Each name with the first sentence of its docstring; `help(name)` has the rest.",
        "The package itself has what verbs take and refuse with, what makes the ids that they are "
        "called on and the keys that a gateway knows, and what `Rules` say of paying.",
        "What is only read or computed is in the module that knows it.",
        "",
        "## From orderflow",
        "",
        *_names("orderflow", orderflow.__all__),
    ]
    lines += [
        "",
        "## Methods of Workflow",
        "",
        "Every [verb](verbs.md) is a method. Beside them:",
        "",
    ]
    for name, member in vars(orderflow.Workflow).items():
        if isinstance(member, FunctionType) and not name.startswith("_"):
            lines.append(f"- `{name}`: {_first(member)}")
    for module, names in BESIDE.items():
        lines += ["", f"## From {module}", "", *_names(module, names)]
    return "\n".join(lines) + "\n"


def _names(module: str, names: Iterable[str]) -> Iterator[str]:
    there = importlib.import_module(module)
    for name in names:
        yield f"- `{name}`: {_first(_below(module, name) or getattr(there, name))}"


def _first(thing: object) -> str:
    told = thing if isinstance(thing, str) else inspect.getdoc(thing) or ""
    return next(_sentences(told.split("\n\n")[0]))


def _below(module: str, name: str) -> str:
    """The text below a constant, where it is assigned; none below what tells of itself."""
    body = ast.parse(inspect.getsource(importlib.import_module(module))).body
    for node, after in pairwise(body):
        if isinstance(node, ast.ImportFrom) and node.module:
            if name in [one.name for one in node.names]:
                return _below(node.module, name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            if name in map(ast.unparse, targets) and isinstance(after, ast.Expr):
                return inspect.cleandoc(str(ast.literal_eval(after.value)))
    return ""


# --- statuses -------------------------------------------------------------------------------------


class Asked(NamedTuple):
    """A status or a stage that a feature asks for, and what of ours it is."""

    feature: str
    zh: str
    members: tuple[StrEnum, ...]


_O, _U, _H, _P = OrderState, UnitState, Headline, PartyStatus

STATUSES: Final = (
    Asked("F068", "处理中", (_O.CONFIRMED,)),
    Asked("F070", "接收", (_O.PLACED,)),
    Asked("F070", "处理", (_O.CONFIRMED,)),
    Asked("F070", "跟踪", (ParcelState.SHIPPED,)),
    Asked("F070", "完成", (_O.COMPLETED,)),
    Asked("F071", "审核", (_O.IN_REVIEW,)),
    Asked("F071", "确认", (_O.CONFIRMED,)),
    Asked("F071", "执行", (_U.RELEASED, _U.PICKED, _U.PACKED)),
    Asked("F071", "物流配送", (_U.SHIPPED,)),
    Asked("F071", "结算", (_O.COMPLETED,)),
    Asked("F072", "生成", (Phase.CREATE,)),
    Asked("F072", "处理", (Phase.PROCESS,)),
    Asked("F072", "跟踪", (Phase.TRACK,)),
    Asked("F072", "交付", (Phase.DELIVER,)),
    Asked("F072", "评估", (Phase.EVALUATE,)),
    Asked("F073", "评审", (_O.IN_REVIEW,)),
    Asked("F073", "计划", (_U.TO_MAKE, WorkOrderState.PLANNED)),
    Asked("F073", "生产", (_U.MAKING, WorkOrderState.IN_PRODUCTION)),
    Asked("F073", "交付", (_U.DELIVERED,)),
    Asked("F074", "提交", (_O.PLACED,)),
    Asked("F074", "发货", (_U.SHIPPED,)),
    Asked("F075", "订单已收到", (_O.PLACED,)),
    Asked("F075", "待发货", (_H.TO_SHIP,)),
    Asked("F075", "已配送", (_H.RECEIVED,)),
    Asked("F076", "待处理", (_O.PLACED,)),
    Asked("F076", "处理中", (_O.CONFIRMED,)),
    Asked("F077", "待支付", (_H.AWAITING_PAYMENT,)),
    Asked("F077", "待配货", (_H.TO_ALLOCATE,)),
    Asked("F077", "待发货", (_H.TO_SHIP,)),
    Asked("F077", "已发货", (_H.SHIPPED,)),
    Asked("F078", "已取消", (_O.EXPIRED, _H.CANCELLED)),
    Asked("F079", "已支付", (_P.PAID,)),
    Asked("F080", "完成", (_O.COMPLETED,)),
    Asked("F080", "存档", (_O.ARCHIVED,)),
    Asked("F081", "已完成", (_H.COMPLETED,)),
    Asked("F082", "已完成", (_H.COMPLETED,)),
    Asked("F084", "等待支付", (_P.AWAITING_PAYMENT,)),
    Asked("F084", "已支付", (_P.PAID,)),
    Asked("F084", "需采购", (_P.TO_BUY,)),
    Asked("F084", "等待备货", (_P.TO_PREPARE,)),
    Asked("F084", "采购中", (_P.BUYING,)),
    Asked("F084", "等待发货", (_P.AWAITING_SHIPMENT, _P.TO_SHIP)),
    Asked("F084", "已发送", (_P.SENT,)),
    Asked("F084", "特殊处理", (_P.SPECIAL_HANDLING,)),
    Asked("F084", "已取消", (_P.CANCELLED,)),
    Asked("F084", "补发", (_P.REISSUE,)),
    Asked("F084", "已补发", (_P.REISSUED,)),
    Asked("F084", "补发签收", (_P.REISSUE_RECEIVED,)),
    Asked("F084", "退货", (_P.RETURN,)),
    Asked("F084", "已退货", (_P.RETURNED,)),
    Asked("F085", "特殊处理", (_P.SPECIAL_HANDLING,)),
    Asked("F086", "需采购", (_H.TO_BUY, _U.TO_BUY)),
    Asked("F086", "采购中", (_H.BUYING, _U.BUYING)),
    Asked("F154", "进料", (_U.ALLOCATED, RequestState.DONE)),
    Asked("F159", "生产执行", (WorkOrderState.IN_PRODUCTION,)),
    Asked("F160", "质量检验", (WorkOrderState.INSPECTING,)),
    Asked("F162", "待生产", (_H.TO_MAKE, _P.TO_MAKE)),
    Asked("F162", "生产中", (_H.MAKING, _P.MAKING)),
    Asked("F175", "等待备货", (_P.TO_PREPARE,)),
    Asked("F196", "通知仓库", (_U.RELEASED, RequestState.SENT)),
    Asked("F197", "拣货", (_U.PICKED,)),
    Asked("F197", "包装", (_U.PACKED, ParcelState.PACKED)),
    Asked("F197", "发货", (_U.SHIPPED,)),
    Asked("F198", "配货", (_U.RELEASED, _U.PICKED)),
    Asked("F205", "确认发货", (ParcelState.SHIPPED,)),
    Asked("F208", "已发货", (_H.SHIPPED,)),
    Asked("F213", "到货通知", (ParcelState.READY_TO_COLLECT, ParcelState.DELIVERED)),
    Asked("F218", "已发货", (_H.SHIPPED,)),
    Asked("F221", "丢失", (_U.LOST, ParcelState.LOST)),
    Asked("F222", "签收", (_U.DELIVERED,)),
    Asked("F227", "退货单", (ReturnState.ASKED,)),
    Asked("F228", "换货", (ReplacementState.ASKED,)),
    Asked("F229", "退货途中", (ReturnState.GOING_BACK, _U.GOING_BACK)),
    Asked("F232", "回仓", (_U.RECEIVED_BACK,)),
    Asked("F233", "质检", (ReturnState.RECEIVED,)),
    Asked("F235", "退货", (_P.RETURN,)),
    Asked("F235", "已退货", (_P.RETURNED, _H.RETURNED)),
    Asked("F236", "补发", (_P.REISSUE,)),
    Asked("F236", "已补发", (_P.REISSUED,)),
    Asked("F236", "补发签收", (_P.REISSUE_RECEIVED,)),
)
"""What the features of process, production, shipping and after-sales ask for by name."""


def statuses_page() -> str:
    """Every label of the views, and what each status that a feature names is."""
    lines = [
        "# Statuses",
        "",
        HEAD,
        "",
        "A status that people read is computed, never kept.",
        "`headline(order)` gives one for an order, and `quantity_by_status(order)` how many units "
        "stand under each label.",
        "`seen_by_platform`, `seen_by_purchaser` and `seen_by_supplier` of a `Workflow` give each "
        "party its own.",
        "",
        "## Headlines",
        "",
        *_labels(Headline),
        "",
        "## What a party reads",
        "",
        "The rule of the headline over the units that this party may see, in its own words.",
        "",
        *_labels(PartyStatus),
        "",
        "## Phases",
        "",
        "`phase(order)` gives the one of five in which an order stands, for a board with columns; "
        "a cancelled order stands in none.",
        "",
        *_labels(Phase),
        "",
        "## What features ask for",
        "",
        "Each status or stage that the [features](features.md) of process, production, shipping "
        "and after-sales name, and the state or the view that it is.",
        "A state is shown by its Chinese word where the status is said otherwise.",
        "",
        "| feature | status | is | reads |",
        "|---|---|---|---|",
        *_asked(),
    ]
    return "\n".join(lines) + "\n"


def reads(member: StrEnum) -> str:
    """The Chinese word of a label or of a state."""
    if isinstance(member, Headline | PartyStatus | Phase):
        return member.zh
    return WORDS[member.value]


def _labels(labels: type[Headline] | type[PartyStatus] | type[Phase]) -> Iterator[str]:
    yield "| English | Chinese |"
    yield "|---|---|"
    for label in labels:
        yield f"| {label.value} | {label.zh} |"


def _asked() -> Iterator[str]:
    for feature, zh, members in STATUSES:
        named = ", ".join(f"`{type(one).__name__}.{one.name}`" for one in members)
        said = ", ".join(dict.fromkeys(map(reads, members)))
        yield f"| {feature} | {zh} | {named} | {said} |"


# --- writing --------------------------------------------------------------------------------------

PAGES: dict[str, Callable[[], str]] = {
    "verbs.md": verbs_page,
    "refusals.md": refusals_page,
    "charts.md": charts_page,
    "api.md": api_page,
    **{picture_of(chart): partial(written, chart, "svg") for chart in states.CHARTS.values()},
    "statuses.md": statuses_page,
}


def stale(root: Path) -> Iterator[str]:
    """The pages that are not what the code says."""
    for name, page in PAGES.items():
        path = root / REFERENCE / name
        if not path.exists() or path.read_text(encoding="utf-8") != page():
            yield name


def main(arguments: Sequence[str]) -> int:
    old = list(stale(ROOT))
    if arguments == ["--check"]:
        for name in old:
            print(f"{REFERENCE / name} is stale: run python tools/reference.py")
        return 1 if old else 0
    for name in old:
        path = ROOT / REFERENCE / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(PAGES[name](), encoding="utf-8")
        print(f"wrote {REFERENCE / name}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

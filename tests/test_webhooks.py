"""Messages from outside: nothing is read before it is checked, and nothing is taken twice."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import os
import random
import time
import unicodedata
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final

import attrs
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import BadInput, WebhookRejected
from orderflow.adapters.webhooks import (
    AFTERSHIP,
    EASYPOST,
    SHOPIFY,
    Delivery,
    Endpoint,
    Scheme,
    scans_of,
)
from orderflow.fulfilment import said_by
from orderflow.states import ParcelState
from orderflow.tracking import Incident, Scan, Track, TrackingStatus, Whereabouts, follow
from tests.builders import LAMP, MORNING, Shop

T = TrackingStatus
KEY: Final = "sörvice-key-1"
OLD: Final = "service-key-0"

# ORDERFLOW_WEBHOOKS=100000 sends as many bodies; it takes a minute. See `make laws`.
BODIES: Final = int(os.environ.get("ORDERFLOW_WEBHOOKS", "3000"))


def stamp(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def easypost(*details: Mapping[str, Any], id: str = "evt_1", at: datetime = MORNING) -> bytes:
    result = {"tracking_code": "NP-17", "status": "in_transit", "tracking_details": details}
    event = {"id": id, "object": "Event", "created_at": stamp(at), "result": result}
    return json.dumps(event).encode()


def aftership(*checkpoints: Mapping[str, Any], id: str = "e-1", at: datetime = MORNING) -> bytes:
    msg = {"tracking_number": "NP-17", "tag": "InTransit", "checkpoints": checkpoints}
    return json.dumps({"event_id": id, "ts": int(at.timestamp()), "msg": msg}).encode()


def shopify(status: str = "in_transit", at: datetime = MORNING) -> bytes:
    fulfilment = {"id": 7, "tracking_numbers": ["NP-17", "NP-18"], "shipment_status": status}
    return json.dumps(fulfilment | {"updated_at": stamp(at)}).encode()


def signed(scheme: Scheme, body: bytes, secret: str = KEY) -> dict[str, str]:
    """The headers of a sender, its signature written down a second time."""
    if scheme is EASYPOST:
        key = unicodedata.normalize("NFKD", secret).encode()
        hexed = hmac.new(key, body, hashlib.sha256).hexdigest()
        return {"X-HMAC-Signature": f"hmac-sha256-hex={hexed}"}
    based = base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()
    if scheme is AFTERSHIP:
        return {"aftership-hmac-sha256": based}
    triggered = MORNING.strftime("%Y-%m-%dT%H:%M:%S.877041743Z")
    return {"X-Shopify-Hmac-SHA256": based, "X-Shopify-Triggered-At": triggered}


BODY: Final[dict[str, Callable[[], bytes]]] = {
    "easypost": easypost,
    "aftership": aftership,
    "shopify": shopify,
}
SCHEMES: Final = (EASYPOST, AFTERSHIP, SHOPIFY)
NAMED: Final = pytest.mark.parametrize("scheme", SCHEMES, ids=lambda scheme: scheme.name)


def opened(
    scheme: Scheme,
    body: bytes,
    headers: Mapping[str, str] | None = None,
    *,
    at: datetime = MORNING,
    secrets: tuple[str, ...] = (KEY,),
    **more: Any,
) -> Delivery:
    given = signed(scheme, body) if headers is None else headers
    return Endpoint(scheme, secrets).open(given, body, at=at, **more)


def rejected(scheme: Scheme, body: bytes, *args: Any, **more: Any) -> str:
    with pytest.raises(WebhookRejected) as no:
        opened(scheme, body, *args, **more)
    assert no.value.scheme == scheme.name
    return no.value.code


# --- the door -------------------------------------------------------------------------------------


@NAMED
def test_a_message_that_is_signed_is_let_in(scheme: Scheme) -> None:
    body = BODY[scheme.name]()

    delivery = opened(scheme, body)

    assert delivery.payload == json.loads(body)
    assert delivery.key == f"{scheme.name}:{delivery.event}"
    assert abs(delivery.sent_at - MORNING) < timedelta(seconds=1)


@NAMED
def test_while_a_secret_is_changed_the_new_and_the_old_one_will_do(scheme: Scheme) -> None:
    body = BODY[scheme.name]()

    for secret in (KEY, OLD):
        headers = signed(scheme, body, secret)
        assert opened(scheme, body, headers, secrets=(KEY, OLD)).event

    headers = signed(scheme, body, OLD)
    assert rejected(scheme, body, headers, secrets=(KEY,)) == "wrong_signature"


@NAMED
@pytest.mark.parametrize("said", ("", "x", "hmac-sha256-hex=", "é" * 44, "\ud800", "A" * 99_999))
def test_a_message_that_is_not_rightly_signed_is_rejected(scheme: Scheme, said: str) -> None:
    body = BODY[scheme.name]()

    code = rejected(scheme, body, signed(scheme, body) | {scheme.header.upper(): said})

    assert code == ("wrong_signature" if said else "not_signed")
    assert rejected(scheme, body, {}) == "not_signed"


@NAMED
def test_a_flip_of_any_bit_of_the_body_is_rejected(scheme: Scheme) -> None:
    body = BODY[scheme.name]()
    endpoint, headers = Endpoint(scheme, (KEY, OLD)), signed(scheme, body)

    for i in range(len(body) * 8):
        flipped = bytearray(body)
        flipped[i // 8] ^= 1 << i % 8
        with pytest.raises(WebhookRejected, match="its signature is wrong"):
            endpoint.open(headers, bytes(flipped), at=MORNING)


@NAMED
def test_a_flip_of_any_bit_of_the_signature_is_rejected(scheme: Scheme) -> None:
    body = BODY[scheme.name]()
    headers = signed(scheme, body)
    name = next(iter(headers))
    said = headers[name].encode("ascii")

    for i in range(len(said) * 8):
        flipped = bytearray(said)
        flipped[i // 8] ^= 1 << i % 8
        wrong = headers | {name: bytes(flipped).decode("latin-1")}
        assert rejected(scheme, body, wrong) == "wrong_signature"


@NAMED
def test_nothing_is_read_before_it_is_checked(scheme: Scheme) -> None:
    bomb = b"[" * 250_000

    assert rejected(scheme, bomb, signed(scheme, b"other")) == "wrong_signature"
    assert rejected(scheme, b" " * 250_001, {}) == "too_large"


@NAMED
@pytest.mark.parametrize(
    "body",
    (
        b"",
        b"null",
        b"[]",
        b"7",
        b'"text"',
        b"{",
        b"[" * 10_000,
        b'{"a":' * 10_000,
        b'{"id": NaN}',
        b'{"id": -Infinity}',
        b'{"id": "evt_1", "id": "evt_2"}',
        b"\xff\xfe{\x00}\x00",
        b"\xef\xbb\xbf{}",
        b'{"id": ' + b"9" * 200_000 + b"}",
        b'{"id": 1e99999999999999999999}',
    ),
    ids=lambda body: repr(body[:12]),
)
def test_what_is_no_json_object_is_rejected_though_it_is_signed(
    scheme: Scheme, body: bytes
) -> None:
    assert rejected(scheme, body) == "not_json"


@NAMED
def test_a_message_of_too_many_brackets_is_not_read(scheme: Scheme) -> None:
    assert rejected(scheme, b"[" * 10_001) == "too_large"
    assert rejected(scheme, b'{"a":[' + b"{}," * 9_999 + b"{}]}") == "too_large"


@pytest.mark.parametrize("scheme", (EASYPOST, AFTERSHIP), ids=lambda scheme: scheme.name)
@pytest.mark.parametrize("wrong", (None, 7, "", " evt", "e" * 121, "\ud800", ["evt"]))
def test_an_event_without_a_name_is_rejected(scheme: Scheme, wrong: object) -> None:
    payload = json.loads(BODY[scheme.name]()) | {scheme.event[0]: wrong}

    assert rejected(scheme, json.dumps(payload).encode()) == "not_understood"


@pytest.mark.parametrize("scheme", (EASYPOST, AFTERSHIP), ids=lambda scheme: scheme.name)
@pytest.mark.parametrize(
    "wrong", (None, "", "yesterday", "2026-03-02T09:00:00", -1, 10**30, True, 1.5, {})
)
def test_an_event_without_a_time_is_rejected(scheme: Scheme, wrong: object) -> None:
    payload = json.loads(BODY[scheme.name]()) | {scheme.sent[0]: wrong}

    assert rejected(scheme, json.dumps(payload).encode()) == "not_understood"


@NAMED
def test_a_message_is_taken_as_long_as_its_sender_may_try_again(scheme: Scheme) -> None:
    body = BODY[scheme.name]()
    last = MORNING + scheme.keeps_trying

    assert opened(scheme, body, at=last).event
    assert rejected(scheme, body, at=last + timedelta(seconds=1)) == "too_old"


@NAMED
def test_a_message_of_the_future_is_rejected_but_clocks_may_differ_by_minutes(
    scheme: Scheme,
) -> None:
    body = BODY[scheme.name]()

    assert opened(scheme, body, at=MORNING - timedelta(minutes=4)).event
    assert rejected(scheme, body, at=MORNING - timedelta(minutes=6)) == "from_the_future"


@NAMED
def test_an_event_that_was_taken_is_not_taken_again(scheme: Scheme) -> None:
    taken: set[str] = set()
    body = BODY[scheme.name]()
    headers = signed(scheme, body)

    codes = []
    for i in range(100):
        try:
            taken.add(
                opened(scheme, body, headers | {"X-Try": f"{i}"}, seen=taken.__contains__).key
            )
        except WebhookRejected as no:
            codes.append(no.code)

    assert len(taken) == 1
    assert codes == ["repeated"] * 99


def test_a_replay_under_another_name_has_the_name_of_its_bytes() -> None:
    body = shopify()
    genuine = opened(SHOPIFY, body, signed(SHOPIFY, body) | {"X-Shopify-Event-Id": "1"})
    later = MORNING + timedelta(days=30)
    forged = {"X-Shopify-Event-Id": "2", "X-Shopify-Triggered-At": stamp(later)}

    replay = signed(SHOPIFY, body) | forged

    assert rejected(SHOPIFY, body, replay, at=later, seen={genuine.key}.__contains__) == "repeated"


def test_the_name_of_a_header_may_be_written_in_any_case() -> None:
    body = shopify()
    headers = {name.upper(): value for name, value in signed(SHOPIFY, body).items()}

    assert opened(SHOPIFY, body, headers) == opened(SHOPIFY, body)


@pytest.mark.parametrize(
    ("path", "secrets"),
    (
        ("secrets", ()),
        ("secrets", ("a", "b", "c")),
        ("secrets", "secret"),
        ("secrets", None),
        ("secrets[0]", ("",)),
        ("secrets[1]", ("a", "")),
        ("secrets[0]", (b"bytes",)),
    ),
)
def test_an_address_without_a_secret_is_not_opened(path: str, secrets: Any) -> None:
    with pytest.raises(BadInput) as bad:
        Endpoint(EASYPOST, secrets)

    assert bad.value.path == path


@pytest.mark.parametrize("body", ("text", bytearray(b"{}"), None, {}))
def test_a_body_that_was_read_already_is_a_mistake_of_the_host(body: Any) -> None:
    with pytest.raises(BadInput, match="body: the raw bytes are wanted"):
        Endpoint(EASYPOST, (KEY,)).open({}, body, at=MORNING)


def test_an_address_does_not_show_its_secret() -> None:
    assert KEY not in repr(Endpoint(EASYPOST, (KEY,)))


def test_a_host_may_take_less() -> None:
    endpoint = Endpoint(EASYPOST, (KEY,), size_max=20)

    with pytest.raises(WebhookRejected, match="it has more than 20 bytes"):
        endpoint.open(signed(EASYPOST, easypost()), easypost(), at=MORNING)


def spoiled(dice: random.Random, body: bytes) -> bytes:
    """A body that was cut, doubled, overwritten, or made of nothing that makes sense."""
    kind = dice.randrange(6)
    if kind == 0:
        return dice.randbytes(dice.randrange(400))
    i, j = sorted(dice.randrange(len(body) + 1) for _ in range(2))
    if kind == 1:
        return body[:i] + body[j:]
    if kind == 2:
        return body[:j] + body[i:]
    if kind == 3:
        return body[:i] + dice.choice(ODD_BYTES) + body[j:]
    if kind == 4:
        return body[:i] + dice.choice(ODD_BYTES) * dice.randrange(3_000) + body[i:]
    return body.replace(dice.choice(WORDS), dice.choice(ODD_BYTES))


ODD_BYTES: Final = (
    *(b"[", b"{", b'{"a":', b"]", b"}", b'"', b"\\", b"\\ud800", b"null", b"1e400", b"-0", b"NaN"),
    *(b"\x00", b"\xff", b"\xe2\x80\xae", b"true", b"99999999999999999999", b'""', b"[[]]", b":"),
)
WORDS: Final = (
    *(b'"NP-17"', b'"evt_1"', b'"e-1"', b'"in_transit"', b'"InTransit"', b'"tracking_details"'),
    *(b"1772442000", b'"2026-03-02T09:00:00Z"', b'"result"', b'"msg"', b"7", b'"status"', b"["),
)


def read_in(
    scheme: Scheme, body: bytes, headers: Mapping[str, str]
) -> tuple[tuple[Scan, ...], float]:
    """The scans of a message, none where it is rejected, and the seconds that it has cost."""
    began = time.process_time()
    try:
        scans = scans_of(opened(scheme, body, headers))
    except WebhookRejected:
        scans = ()
    return scans, time.process_time() - began


LIMIT_SECONDS: Final = 0.05


def test_no_body_gets_anything_out_but_scans_or_a_rejection() -> None:
    dice = random.Random(10)
    entry = {"status": "delivered", "tag": "Delivered", "datetime": stamp(MORNING)}
    bodies = {
        EASYPOST: easypost(entry, entry | {"tracking_location": {"city": "York"}}),
        AFTERSHIP: aftership(entry, entry | {"checkpoint_time": "2026-03-02T09:00:00"}),
        SHOPIFY: shopify(),
    }
    slowest, let_in = 0.0, 0

    for i in range(BODIES):
        scheme = SCHEMES[i % 3]
        body = spoiled(dice, bodies[scheme])
        headers = signed(scheme, body if i % 5 else bodies[scheme])
        scans, spent = read_in(scheme, body, headers)
        if spent >= LIMIT_SECONDS:  # or was it the garbage of all others that was collected?
            spent = min(read_in(scheme, body, headers)[1] for _ in range(3))
        slowest = max(slowest, spent)
        let_in += bool(scans)
        assert all(type(one) is Scan for one in scans)

    assert let_in > BODIES // 50, "some of what is spoiled can be read all the same"
    assert slowest < LIMIT_SECONDS


@pytest.mark.parametrize(
    "entry",
    (
        b"{}",
        b"[]",
        b"1.5",
        b"1e9",
        b"1",
        b'{"a":{}}',
        b"9" * 4_200,
        b'"\\u4e00"',
        b'{"status":"delivered"}',
    ),
    ids=lambda entry: entry[:20].decode(),
)
@NAMED
def test_the_worst_that_a_sender_can_write_is_done_with_in_fifty_milliseconds(
    scheme: Scheme, entry: bytes
) -> None:
    body = BODY[scheme.name]()
    for name in (b'"tracking_details": [', b'"checkpoints": [', b'"tracking_numbers": ['):
        many = (249_000 - len(body)) // (len(entry) + 1)
        if brackets := entry.count(b"[") + entry.count(b"{"):
            many = min(many, 9_990 // brackets)
        body = body.replace(name, name + (entry + b",") * (many - 1) + entry + b",")
    body = body.replace(b",]", b"]")
    headers = signed(scheme, body)

    spent = []
    for _ in range(3):
        began = time.process_time()
        with suppress(WebhookRejected):
            follow(scans_of(opened(scheme, body, headers)))
        spent.append(time.process_time() - began)

    assert len(body) <= 250_000
    assert min(spent) < 0.05


@pytest.mark.feature("F223")
@pytest.mark.parametrize(
    ("said", "meant"),
    (
        ("2026-03-06T18:00:00Z", datetime(2026, 3, 6, 18, tzinfo=UTC)),
        ("2026-03-06T18:00:00", datetime(2026, 3, 6, 17, tzinfo=UTC)),  # by the clocks there
        ("2026-03-06", datetime(2026, 3, 6, 22, 59, 59, tzinfo=UTC)),  # until its end
        ("soon", None),
        ("0001-01-01T00:00:00", None),
        ({"day": 6}, None),
        (None, None),
    ),
)
@NAMED
def test_the_newest_scan_says_by_when_its_sender_expects_the_parcel(
    scheme: Scheme, said: object, meant: datetime | None
) -> None:
    body = json.loads(BODY[scheme.name]())
    whole = body.get("result") or body.get("msg") or body
    whole["est_delivery_date"] = whole["expected_delivery"] = said
    whole["estimated_delivery_at"] = said

    delivery = opened(scheme, json.dumps(body).encode())
    scans = scans_of(delivery, zone=timezone(timedelta(hours=1)))

    assert {scan.expected_at for scan in scans} == {meant}


def test_a_message_of_too_many_scans_is_rejected() -> None:
    delivery = opened(EASYPOST, easypost(*[{"status": "delivered"}] * 1_001))

    with pytest.raises(WebhookRejected, match="it has more than 1000 scans"):
        scans_of(delivery)


@settings(max_examples=300)
@given(
    payload=st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: (
            st.lists(inner)
            | st.dictionaries(
                st.sampled_from(
                    ("result", "msg", "checkpoints", "tracking_details", "status", "tag")
                ),
                inner,
            )
        ),
    ),
    scheme=st.sampled_from(SCHEMES),
)
def test_whatever_stands_in_a_signed_message_is_scans_or_a_rejection(
    payload: Any, scheme: Scheme
) -> None:
    whole = json.loads(BODY[scheme.name]()) | {"result": payload, "msg": payload}
    whole |= {"shipment_status": payload, "tracking_numbers": payload, "updated_at": payload}
    delivery = opened(scheme, json.dumps(whole).encode())

    with suppress(WebhookRejected):
        assert follow(scans_of(delivery)).scans


# --- what is in it --------------------------------------------------------------------------------


def test_a_message_of_easypost_has_the_scans_of_its_tracker() -> None:
    details = (
        {"status": "in_transit", "datetime": "2026-03-02T08:00:00Z", "message": "Departed"},
        {
            "status": "delivered",
            "status_detail": "arrived_at_destination",
            "datetime": "2026-03-02T17:30:00+09:00",
            "message": "Delivered",
            "tracking_location": {"city": "York", "state": None, "country": "GB"},
        },
    )

    first, last = scans_of(opened(EASYPOST, easypost(*details)))

    assert first == Scan("NP-17", T.IN_TRANSIT, MORNING - timedelta(hours=1), said="Departed")
    half_past = MORNING.replace(hour=8, minute=30)
    assert last == Scan("NP-17", T.DELIVERED, half_past, "York, GB", said="Delivered")


def test_a_tracker_without_details_is_one_scan_of_the_message() -> None:
    (only,) = scans_of(opened(EASYPOST, easypost()))

    assert only == Scan("NP-17", T.IN_TRANSIT, MORNING, said="in_transit")


@pytest.mark.parametrize(
    ("status", "detail", "meant", "incident"),
    (
        ("pre_transit", "label_created", T.PENDING, None),
        ("available_for_pickup", "", T.READY_FOR_PICKUP, None),
        ("return_to_sender", "refused", T.RETURN_TO_SENDER, Incident.CONSIGNEE_REFUSED),
        ("delivered", "damaged", T.DELIVERED, Incident.CARRIER_DAMAGED_PARCEL),
        ("failure", "refused", T.DELIVERY_FAILED, Incident.CONSIGNEE_REFUSED),
        ("failure", "lost", T.ON_HOLD, Incident.CARRIER_PARCEL_LOST),
        ("in_transit", "delayed", T.DELAYED, None),
        ("in_transit", "return", T.RETURN_TO_SENDER, None),
        ("cancelled", "", T.CANCELLED, None),
        ("error", "", T.UNKNOWN, None),
        ("beamed_up", "", T.UNKNOWN, None),
        (None, None, T.UNKNOWN, None),
        (["delivered"], {}, T.UNKNOWN, None),
    ),
)
def test_easypost_says_in_its_words(
    status: Any, detail: Any, meant: TrackingStatus, incident: Incident | None
) -> None:
    entry = {"status": status, "status_detail": detail, "datetime": stamp(MORNING)}

    (scan,) = scans_of(opened(EASYPOST, easypost(entry)))

    assert (scan.status, scan.incident) == (meant, incident)


@pytest.mark.parametrize(
    ("tag", "subtag", "meant", "incident"),
    (
        ("InfoReceived", "InfoReceived_001", T.PENDING, None),
        ("AvailableForPickup", "AvailableForPickup_001", T.READY_FOR_PICKUP, None),
        ("AttemptFail", "AttemptFail_001", T.DELIVERY_FAILED, None),
        ("Delivered", "Delivered_003", T.DELIVERED, None),
        ("Exception", "Exception_001", T.ON_HOLD, None),
        ("Exception", "Exception_003", T.DELIVERY_FAILED, Incident.CONSIGNEE_REFUSED),
        ("Exception", "Exception_010", T.RETURN_TO_SENDER, None),
        ("Exception", "Exception_011", T.RETURNED, None),
        ("Exception", "Exception_013", T.ON_HOLD, Incident.CARRIER_PARCEL_LOST),
        ("Expired", "Expired_001", T.UNKNOWN, None),
    ),
)
def test_aftership_says_in_its_words(
    tag: str, subtag: str, meant: TrackingStatus, incident: Incident | None
) -> None:
    entry = {"tag": tag, "subtag": subtag, "checkpoint_time": stamp(MORNING), "message": "M"}

    (scan,) = scans_of(opened(AFTERSHIP, aftership(entry)))

    assert (scan.status, scan.incident, scan.said) == (meant, incident, "M")


def test_a_time_without_a_zone_is_of_the_zone_that_the_host_names() -> None:
    entry = {"tag": "InTransit", "checkpoint_time": "2026-03-02T17:00:00"}
    delivery = opened(AFTERSHIP, aftership(entry))

    (there,) = scans_of(delivery, timezone(timedelta(hours=8)))
    (here,) = scans_of(delivery)

    assert (there.at, here.at) == (MORNING, MORNING + timedelta(hours=8))


def test_a_fulfilment_of_shopify_says_the_same_of_all_its_numbers() -> None:
    scans = scans_of(opened(SHOPIFY, shopify("ready_for_pickup")))

    assert [(one.tracking, one.status) for one in scans] == [
        ("NP-17", T.READY_FOR_PICKUP),
        ("NP-18", T.READY_FOR_PICKUP),
    ]


def test_words_that_cannot_be_kept_as_they_are_cost_no_scan() -> None:
    entry = {"status": "delivered", "message": " \u202egone\x00\n" + "x" * 300, "datetime": "?"}

    (scan,) = scans_of(opened(EASYPOST, easypost(entry)))

    assert (scan.status, scan.at, len(scan.said)) == (T.DELIVERED, MORNING, 200)
    assert scan.said.startswith("gone xxx")


@pytest.mark.parametrize("number", (None, "", 17, ["NP-17"], "\u200b"))
def test_a_message_that_names_no_waybill_is_rejected(number: object) -> None:
    payload = json.loads(easypost())
    payload["result"]["tracking_code"] = number
    delivery = opened(EASYPOST, json.dumps(payload).encode())

    with pytest.raises(WebhookRejected, match="it names no waybill"):
        scans_of(delivery)


def test_a_sender_of_ones_own_is_a_scheme_with_other_fields() -> None:
    vans = attrs.evolve(EASYPOST, name="vans", header="X-Vans", prefix="", event=("nr",))
    body = json.dumps({"nr": "7", "created_at": stamp(MORNING)}).encode()
    headers = {"x-vans": vans.signature(KEY, body)}

    assert opened(vans, body, headers).key == "vans:7"


# --- the same story by wire -----------------------------------------------------------------------

STATUSES: Final = (
    *("pre_transit", "in_transit", "out_for_delivery", "delivered"),
    *("available_for_pickup", "return_to_sender", "failure", "error"),
)


@settings(max_examples=200)
@given(
    told=st.lists(st.tuples(st.sampled_from(STATUSES), st.integers(0, 9)), min_size=1, max_size=8),
    data=st.data(),
)
def test_messages_in_any_order_and_number_tell_the_same_story(
    told: list[tuple[str, int]], data: st.DataObject
) -> None:
    bodies = [
        easypost({"status": status, "datetime": stamp(MORNING + timedelta(hours=n))}, id=f"evt_{i}")
        for i, (status, n) in enumerate(told)
    ]
    again = data.draw(st.lists(st.sampled_from(bodies), max_size=4))
    taken: dict[str, tuple[Scan, ...]] = {}

    for body in data.draw(st.permutations(bodies + again)):
        with suppress(WebhookRejected):
            delivery = opened(EASYPOST, body, seen=taken.__contains__)
            taken[delivery.key] = scans_of(delivery)

    in_order = [scan for body in bodies for scan in scans_of(opened(EASYPOST, body))]
    assert follow(scan for scans in taken.values() for scan in scans) == follow(in_order)


def test_a_parcel_refused_at_the_door_is_back_whichever_message_comes_first() -> None:
    hour = timedelta(hours=1)
    home = easypost({"status": "delivered", "datetime": stamp(MORNING)}, id="evt_2")
    turn = easypost({"status": "return_to_sender", "datetime": stamp(MORNING - hour)}, id="evt_1")

    scans = [one for body in (home, turn) for one in scans_of(opened(EASYPOST, body))]

    assert follow(scans[:1]).whereabouts is Whereabouts.DELIVERED
    assert follow(scans).whereabouts is Whereabouts.BACK
    assert follow(scans).delivered_at is None


# --- what it does to a parcel ---------------------------------------------------------------------


def hear(shop: Shop, body: bytes) -> str:
    """What a host does with a message: record what its tracker says, once; else why not."""
    endpoint = Endpoint(EASYPOST, (KEY,))

    def seen(key: str) -> bool:
        return shop.store.seen(shop.tenant, key) is not None

    try:
        delivery = endpoint.open(signed(EASYPOST, body), body, at=shop.clock.at, seen=seen)
    except WebhookRejected as no:
        return no.code
    said = said_by(follow(scans_of(delivery)))
    assert said is not None
    shop.record_scan("p-17", said, key=delivery.key)
    return ""


def on_the_road(shop: Shop) -> None:
    shop.stock(LAMP, "leith", 2)
    shop.sell("o-17", (LAMP, 2))
    shop.allocate("o-17")
    shop.pack_up("o-17", "p-17")
    shop.hand_over("p-17", "easypost", "NP-17")


@pytest.mark.feature("F212", "F213")
def test_the_same_event_a_hundred_times_has_one_effect(any_shop: Shop) -> None:
    shop = any_shop
    on_the_road(shop)
    body = easypost({"status": "delivered", "datetime": stamp(MORNING)})
    before = len(tuple(shop.store.entries()))

    answers = [hear(shop, body) for _ in range(100)]

    assert answers == ["", *["repeated"] * 99]
    assert len(tuple(shop.store.entries())) == before + 1
    assert shop.bag("o-17") == {"delivered": 2}


@pytest.mark.feature("F212", "F221")
def test_a_refused_parcel_that_is_scanned_delivered_at_its_sender_waits_to_be_received(
    shop: Shop,
) -> None:
    on_the_road(shop)
    day = timedelta(days=1)
    road = (
        {"status": "out_for_delivery", "datetime": stamp(MORNING)},
        {"status": "failure", "status_detail": "refused", "datetime": stamp(MORNING + day)},
        {"status": "return_to_sender", "datetime": stamp(MORNING + 2 * day)},
        {"status": "delivered", "datetime": stamp(MORNING + 3 * day)},
    )

    for n in (1, 3, 4, 2):  # the second message comes last
        assert hear(shop, easypost(*road[:n], id=f"evt_{n}")) == ""

    parcel = shop.parcel("p-17")
    assert (parcel.state, parcel.delivered_at, parcel.holds) == (ParcelState.GOING_BACK, None, ())
    assert shop.bag("o-17") == {"going back": 2}
    shop.receive_back("p-17", "leith")
    assert shop.bag("o-17") == {"received back": 2}


def test_a_parcel_that_was_only_announced_has_nothing_to_record() -> None:
    announced = follow(scans_of(opened(EASYPOST, easypost({"status": "pre_transit"}))))

    assert said_by(announced) is None
    assert all(
        said_by(Track(whereabouts=one)) is not None
        for one in Whereabouts
        if one is not Whereabouts.NOT_SEEN
    )

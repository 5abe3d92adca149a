"""The codes of Kuaidi100 (快递100), the aggregator of the Chinese couriers, in our vocabulary.

It knows the codes and the shape of an answer, and refuses to know how the answer is got.

Each scan has a code of its kind, and often a finer one (高级状态): 5 is out for delivery, and 501
of these lies in a locker or a station.
Two points where readers of these codes go astray:

- 304 and 501 are lockers and stations. Nobody has signed: what lies there may still go back, and a
  return window that began on that day would be cut short. They say that it is ready to be fetched.
- 14 and 203 are refusals, not yet the way back: 6 is the way back, and 4 says that its sender has
  signed for it.

Times come without a zone, and are of China.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from typing import Final, NamedTuple

from orderflow.errors import BadInput
from orderflow.tracking import Incident, Scan, TrackingStatus
from orderflow.values import TEXT_MAX, instant, seen_only, text

_T, _I = TrackingStatus, Incident

CHINA: Final = timezone(timedelta(hours=8))
"""One zone, and no summer time since 1991."""


class Meaning(NamedTuple):
    """What a code says: a status, and why where it says that."""

    status: TrackingStatus
    incident: Incident | None = None


CODES: Final[Mapping[str, Meaning]] = {
    "101": Meaning(_T.PENDING),  # 已下单
    "102": Meaning(_T.PENDING),  # 待揽收
    "1": Meaning(_T.PICKED_UP),  # 揽收
    "103": Meaning(_T.PICKED_UP),  # 已揽收
    "0": Meaning(_T.IN_TRANSIT),  # 在途
    "1001": Meaning(_T.IN_TRANSIT),  # 到达派件城市
    "1002": Meaning(_T.IN_TRANSIT),  # 干线
    "1003": Meaning(_T.IN_TRANSIT),  # 转递
    "7": Meaning(_T.IN_TRANSIT),  # 转投: another courier takes it on
    "8": Meaning(_T.IN_TRANSIT),  # 清关
    "10": Meaning(_T.IN_TRANSIT),  # 待清关
    "11": Meaning(_T.IN_TRANSIT),  # 清关中
    "12": Meaning(_T.IN_TRANSIT),  # 已清关
    "13": Meaning(_T.ON_HOLD, _I.CUSTOMS_DELAY),  # 清关异常
    "5": Meaning(_T.OUT_FOR_DELIVERY),  # 派件
    "501": Meaning(_T.READY_FOR_PICKUP),  # 投柜或驿站
    "304": Meaning(_T.READY_FOR_PICKUP),  # 投柜或站签收
    "205": Meaning(_T.READY_FOR_PICKUP, _I.CONSIGNEE_NOT_AVAILABLE),  # 柜或驿站超时未取
    "3": Meaning(_T.DELIVERED),  # 签收
    "301": Meaning(_T.DELIVERED),  # 本人签收
    "302": Meaning(_T.DELIVERED),  # 派件异常后签收
    "303": Meaning(_T.DELIVERED),  # 代签
    "2": Meaning(_T.ON_HOLD),  # 疑难
    "201": Meaning(_T.DELAYED),  # 超时未签收
    "202": Meaning(_T.DELAYED),  # 超时未更新
    "203": Meaning(_T.DELIVERY_FAILED, _I.CONSIGNEE_REFUSED),  # 拒收
    "14": Meaning(_T.DELIVERY_FAILED, _I.CONSIGNEE_REFUSED),  # 拒签
    "204": Meaning(_T.DELIVERY_FAILED),  # 派件异常
    "206": Meaning(_T.DELIVERY_FAILED, _I.CONSIGNEE_NOT_AVAILABLE),  # 无法联系
    "207": Meaning(_T.ON_HOLD, _I.CONSIGNEE_ACCESS_RESTRICTED),  # 超区
    "208": Meaning(_T.ON_HOLD),  # 滞留
    "209": Meaning(_T.ON_HOLD, _I.CARRIER_DAMAGED_PARCEL),  # 破损
    "210": Meaning(_T.CANCELLED, _I.RETAILER_CANCELLED),  # 销单
    "401": Meaning(_T.CANCELLED),  # 已销单
    "6": Meaning(_T.RETURN_TO_SENDER),  # 退回
    "4": Meaning(_T.RETURNED),  # 退签
}


def meaning(code: str) -> Meaning:
    """What a code says; one that is not known says nothing.

    >>> meaning("501").status.value, meaning("999").status.value
    ('ready for pickup', 'unknown')
    """
    return CODES.get(code, Meaning(_T.UNKNOWN))


def scans_of_answer(answer: Mapping[str, object]) -> tuple[Scan, ...]:
    """The scans in an answer to a query, or in what is pushed as its `lastResult`.

    A scan without a code of its own has that of the whole answer when it is the newest, and else
    says no more than that the parcel is on its way. `BadInput` names what makes no scan: an answer
    about no waybill, or a scan without a time.
    """
    number = text(answer.get("nu"), "nu")
    found = answer.get("data")
    if not isinstance(found, list):
        raise BadInput("data", "a list of scans is wanted")
    entries = [
        (_when(entry.get("time"), f"data[{i}].time"), entry) if isinstance(entry, dict) else None
        for i, entry in enumerate(found)
    ]
    if None in entries:
        raise BadInput(f"data[{entries.index(None)}]", "a scan is wanted")
    dated = [entry for entry in entries if entry is not None]
    newest = max((at for at, _ in dated), default=None)
    return tuple(
        _scan(number, at, entry, str(answer.get("state", "")) if at == newest else "0")
        for at, entry in dated
    )


def _scan(number: str, at: datetime, entry: Mapping[str, object], otherwise: str) -> Scan:
    code = entry.get("statusCode")
    status, incident = meaning(code if isinstance(code, str) and code else otherwise)
    return Scan(number, status, at, _plain(entry.get("areaName")), incident, _said(entry))


def _said(entry: Mapping[str, object]) -> str:
    return _plain(entry.get("context")) or _plain(entry.get("status"))


def _when(said: object, path: str) -> datetime:
    try:
        return instant(datetime.fromisoformat(str(said)).replace(tzinfo=CHINA), path)
    except ValueError:
        raise BadInput(path, "a time such as 2026-01-31 09:30:00 is wanted") from None


def _plain(said: object) -> str:
    return seen_only(said).strip()[:TEXT_MAX].strip() if isinstance(said, str) else ""

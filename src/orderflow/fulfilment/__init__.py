"""From a claim to the customer's door: dispatches and parcels.

It knows the work of a warehouse and what carriers report, and refuses to know which carrier it is.

A dispatch (发货单) is what one location is asked to ship of an order; a parcel is what travels
together, of one order or of several.
Neither counts units: the bags of the orders do, tagged with the dispatch and the parcel.

A bill is due when goods leave: handing over bills the units of the parcel that were not billed
before, each line its first unbilled indices.
What a carrier, a warehouse or a customer reports has happened: it is recorded in every state, and
where the charts have no row for it, a named hold asks a person.
"""

from orderflow.fulfilment.contents import (
    ON_THE_ROAD,
    WEIGHT_GRAMS_MAX,
    ask_about_given_up,
    bill_units,
    contents,
)
from orderflow.fulfilment.dispatches import (
    accept_dispatch,
    ask_cancel_dispatch,
    lift_dispatch_hold,
    recall,
    refuse_cancel_dispatch,
    refuse_dispatch,
    release,
    send_dispatch,
)
from orderflow.fulfilment.handing_over import (
    hand_over,
    may_leave,
    put_on_road,
    report_shipped,
    ship_contents,
    ship_direct,
)
from orderflow.fulfilment.manifests import Manifest, ManifestRow, manifest_of
from orderflow.fulfilment.on_the_road import (
    deliver,
    lose,
    make_ready,
    receive_back,
    reopen,
    turn_back,
)
from orderflow.fulfilment.packing import (
    cancel_parcel,
    hold_parcel,
    lift_parcel_hold,
    pack,
    repack,
)
from orderflow.fulfilment.picking import pick, pick_short, scan_pick, scan_serials
from orderflow.fulfilment.reports import Report, as_far_as_there, found, report_missing
from orderflow.fulfilment.single_scans import ScanStatus, record_scan, said_by
from orderflow.fulfilment.weighing import mark, weigh

__all__ = [
    "ON_THE_ROAD",
    "WEIGHT_GRAMS_MAX",
    "Manifest",
    "ManifestRow",
    "Report",
    "ScanStatus",
    "accept_dispatch",
    "as_far_as_there",
    "ask_about_given_up",
    "ask_cancel_dispatch",
    "bill_units",
    "cancel_parcel",
    "contents",
    "deliver",
    "found",
    "hand_over",
    "hold_parcel",
    "lift_dispatch_hold",
    "lift_parcel_hold",
    "lose",
    "make_ready",
    "manifest_of",
    "mark",
    "may_leave",
    "pack",
    "pick",
    "pick_short",
    "put_on_road",
    "recall",
    "receive_back",
    "record_scan",
    "refuse_cancel_dispatch",
    "refuse_dispatch",
    "release",
    "reopen",
    "repack",
    "report_missing",
    "report_shipped",
    "said_by",
    "scan_pick",
    "scan_serials",
    "send_dispatch",
    "ship_contents",
    "ship_direct",
    "turn_back",
    "weigh",
]

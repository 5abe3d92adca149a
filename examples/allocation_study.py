"""Which store ships what: four policies on the same orders, in money, parcels and days.

python examples/allocation_study.py FOLDER [study.svg]

The folder has the tables of Oracle's sample schema "customer orders" as CSV: stores.csv,
inventory.csv, products.csv, orders.csv, order_items.csv and shipments.csv. It is MIT licensed and
synthetic: https://github.com/oracle-samples/db-sample-schemas

Each order that was sent to an address is asked for itself, on the shelves as the file has them.
Weights, the tariff and the way in days are made up here, and are the same for all policies.
"Fewest shipments" and "default" first let no more units come late than must; "cheapest" does not
look at the day before the money, so that it may send fewer parcels still.
"""

from __future__ import annotations

import csv
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final

import attrs

from orderflow.reporting.bars import draw_bars
from orderflow.reporting.svg import Svg, fill, joined
from orderflow.sourcing import (
    DEFAULT,
    Goal,
    Load,
    Place,
    Point,
    Problem,
    Quantities,
    Tariff,
    Want,
    score_of,
)
from orderflow.sourcing.pipeline import Cascade, Pipeline
from orderflow.sourcing.policies import BEST, CHEAPEST, FEWEST_SHIPMENTS, NEAREST

TABLES: Final = (
    "stores.csv", "inventory.csv", "products.csv", "orders.csv", "order_items.csv", "shipments.csv",
)  # fmt: skip
GRAMS: Final = {"Coat": 1400, "Jacket": 1100, "Jeans": 700, "Trousers": 600, "Sweater": 550,
                "Hoodie": 550, "Pyjamas": 450, "Dress": 400, "Skirt": 350, "Shorts": 300,
                "Shirt": 250, "Socks": 80}  # fmt: skip
PROMISED_DAYS: Final = 4
ZONES: Final = (
    (1_000, Tariff(800, step=100)),
    (3_000, Tariff(1000, step=250)),
    (6_000, Tariff(1800, step=500)),
    (99_999, Tariff(3000, step=900)),
)
"""Up to so many kilometres, the first kilogram and each following one (首重, 续重), in cents."""

POLICIES: Final[tuple[tuple[str, Pipeline | Cascade], ...]] = (
    ("nearest first", NEAREST),
    ("fewest shipments", FEWEST_SHIPMENTS),
    ("cheapest", CHEAPEST),
    ("default", BEST),
)

STATES: Final = """
AL 32.8 -86.8 AK 64.0 -152.0 AZ 34.3 -111.7 AR 34.8 -92.4 CA 37.2 -119.3 CO 39.0 -105.5
CT 41.6 -72.7 DE 39.0 -75.5 DC 38.9 -77.0 FL 28.5 -82.4 GA 32.6 -83.4 HI 20.3 -156.4
ID 44.4 -114.6 IL 40.0 -89.2 IN 39.9 -86.3 IA 42.1 -93.5 KS 38.5 -98.4 KY 37.5 -85.3
LA 31.1 -92.0 ME 45.4 -69.2 MD 39.0 -76.8 MA 42.3 -71.8 MI 44.3 -85.4 MN 46.3 -94.3
MS 32.7 -89.7 MO 38.4 -92.5 MT 47.1 -109.6 NE 41.5 -99.8 NV 39.3 -116.6 NH 43.7 -71.6
NJ 40.2 -74.7 NM 34.4 -106.1 NY 42.9 -75.5 NC 35.6 -79.4 ND 47.4 -100.5 OH 40.3 -82.8
OK 35.6 -97.5 OR 43.9 -120.6 PA 40.9 -77.8 RI 41.7 -71.6 SC 33.9 -80.9 SD 44.4 -100.2
TN 35.9 -86.4 TX 31.5 -99.3 UT 39.3 -111.7 VT 44.1 -72.7 VA 37.5 -78.9 WA 47.4 -120.5
WV 38.6 -80.6 WI 44.6 -89.7 WY 43.0 -107.6
"""
CENTRES: Final = {
    state: Point(round(float(north) * 1e6), round(float(east) * 1e6))
    for state, north, east in re.findall(r"([A-Z]{2}) (\S+) (\S+)", STATES)
}
"""About the middle of each state: an address has no degrees, and a state says enough of the way."""


@attrs.frozen
class ByDistance:
    """Freight by the zone that an address lies in, as seen from a place."""

    to: Point

    def __call__(self, place: Place, load: Load) -> int:
        km = self.to.km(place.point) if place.point else ZONES[-1][0]
        return next(tariff for most, tariff in ZONES if km <= most).of(load)


@attrs.frozen
class Result:
    """What a policy decided for all orders, by goal, and how many plans are proved the best."""

    name: str
    scores: tuple[tuple[int, ...], ...]
    proved: int

    def total(self, goal: Goal) -> int:
        """A goal over all orders."""
        return sum([score[DEFAULT.index(goal)] for score in self.scores])


def rows(folder: Path, name: str) -> list[dict[str, str]]:
    """A table of the folder."""
    with (folder / name).open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def stores(folder: Path) -> list[Place]:
    """The stores that lie somewhere, with what is on their shelves."""
    shelves: dict[str, dict[str, int]] = {}
    for row in rows(folder, "inventory.csv"):
        shelves.setdefault(row["store_id"], {})[row["product_id"]] = int(row["product_inventory"])
    return [
        Place(
            row["store_name"],
            Quantities(shelves.get(row["store_id"])),
            point=Point(round(float(row["latitude"]) * 1e6), round(float(row["longitude"]) * 1e6)),
        )
        for row in rows(folder, "stores.csv")
        if row["latitude"]
    ]


def problems(folder: Path) -> Iterator[Problem]:
    """A problem for each order that went to an address whose state is known."""
    places = stores(folder)
    addresses = {
        row["shipment_id"]: row["delivery_address"] for row in rows(folder, "shipments.csv")
    }
    grams = Quantities(
        {row["product_id"]: weight(row["product_name"]) for row in rows(folder, "products.csv")}
    )
    lines: dict[str, list[Want]] = {}
    ways: dict[str, str] = {}
    for row in rows(folder, "order_items.csv"):
        want = Want.of(
            row["line_item_id"], row["product_id"], int(row["quantity"]), promised=PROMISED_DAYS
        )
        lines.setdefault(row["order_id"], []).append(want)
        ways.setdefault(row["order_id"], addresses.get(row["shipment_id"], ""))
    for row in rows(folder, "orders.csv"):
        state = re.search(r"\b([A-Z]{2}) \d{5}", ways.get(row["order_id"], ""))
        to = CENTRES.get(state[1]) if state else None
        if to is not None:
            there = tuple([attrs.evolve(one, days=days(one, to)) for one in places])
            yield Problem(tuple(lines[row["order_id"]]), there, ByDistance(to), grams, to=to)


def weight(product: str) -> int:
    """What a piece weighs, by its kind: "Boy's Coat (Brown)" is a coat."""
    return next((grams for kind, grams in GRAMS.items() if kind in product), 500)


def days(place: Place, to: Point) -> int:
    """How long the way is."""
    return 2 + to.km(place.point) // 1_500 if place.point else 9


def study(asked: Sequence[Problem]) -> tuple[Result, ...]:
    """All orders under each policy."""
    found: list[Result] = []
    for name, policy in POLICIES:
        plans = [policy(one).plan for one in asked]
        pairs = zip(plans, asked, strict=True)
        scores = [score_of(plan.shares, one, DEFAULT) for plan, one in pairs]
        found.append(Result(name, tuple(scores), sum([plan.gap is None for plan in plans])))
    return tuple(found)


def drawn(results: Sequence[Result], orders: int) -> Svg:
    """The study as a picture: money, parcels, days and units that come late."""
    panels: Mapping[str, Sequence[tuple[str, int]]] = {
        "freight of all orders, in dollars": [
            (one.name, one.total(Goal.COST) // 100) for one in results
        ],
        "parcels": [(one.name, one.total(Goal.SHIPMENTS)) for one in results],
        "days until the last parcel is there, all orders": [
            (one.name, one.total(Goal.DAYS)) for one in results
        ],
        f"units later than {PROMISED_DAYS} days": [
            (one.name, one.total(Goal.LATE)) for one in results
        ],
    }
    colours = ("#3f7ca8", "#5b8f6a", "#7b6ba8", "#b5673b")
    pieces = [
        fill(
            '<text x="24" y="{}" class="title">{}</text>'
            '<svg x="24" y="{}" width="460" height="{}">{}</svg>',
            *(76 + i * 150, title, 88 + i * 150, len(pairs) * 24),
            draw_bars(title, pairs, colours[i]),
        )
        for i, (title, pairs) in enumerate(panels.items())
    ]
    return fill(
        '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 510 680" width="510" height="680">'
        "<style>text{{font:13px sans-serif;fill:#222}} .head{{font-size:17px;font-weight:600}}"
        " .title{{font-weight:600}} .bars .name{{text-anchor:end}}</style>"
        '<rect width="510" height="680" fill="#fff"/>'
        '<text x="24" y="38" class="head">Which store ships what: {:,} orders, four policies</text>'
        '{}<text x="24" y="664">fewest shipments and default let nothing more come late; '
        "cheapest does</text></svg>\n",
        orders,
        joined(pieces),
    )


def main(folder: Path | None, picture: Path | None = None) -> None:
    if folder is None:
        print(__doc__)
        return
    missing = [name for name in TABLES if not (folder / name).is_file()]
    if missing:
        sys.exit(f"{folder} has no {', '.join(missing)}: without a folder, the example says more")
    asked = tuple(problems(folder))
    results = study(asked)
    print(f"{len(asked):,} orders with an address, {len(stores(folder))} stores")
    print(f"{'':17}{'money':>12}{'parcels':>9}{'days':>7}{'late':>7}{'left':>6}{'proved':>8}")
    for one in results:
        money = f"{one.total(Goal.COST) / 100:,.2f}"
        mean = one.total(Goal.DAYS) / max(1, len(asked))
        late, left = one.total(Goal.LATE), one.total(Goal.LEFT)
        parcels = one.total(Goal.SHIPMENTS)
        print(
            f"{one.name:17}{money:>12}{parcels:>9,}{mean:>7.1f}{late:>7,}{left:>6,}{one.proved:>8,}"
        )
    if picture is not None:
        picture.write_text(drawn(results, len(asked)), encoding="utf-8")


if __name__ == "__main__":
    paths = [Path(one) for one in sys.argv[1:3]]
    main(paths[0] if paths else None, paths[1] if len(paths) > 1 else None)

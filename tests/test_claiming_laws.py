"""Whatever is taken, cancelled and released: quotas hold, one within another, and limits too."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderflow import Position, Refused
from orderflow.adapters.memory import MemoryStore
from orderflow.pools import limit_pool, quota_pool
from tests.builders import LAMP, Shop, new_order

SHELF = Position("BRASS-LAMP", "leith")
BUYERS = st.sampled_from((("", "c-1"), ("", "c-9"), ("web", "c-2"), ("web", "c-9")))
ACTIONS = st.one_of(
    st.tuples(st.just("take"), st.integers(1, 4), BUYERS),
    st.tuples(st.just("cancel"), st.integers(0, 9), BUYERS),
    st.tuples(st.sampled_from(("web", "vip")), st.integers(1, 6), BUYERS),
    st.tuples(st.just("release"), st.integers(0, 1), BUYERS),
)


@pytest.mark.feature("F125")
@settings(max_examples=60)
@given(st.lists(ACTIONS, max_size=14))
def test_no_sequence_enters_what_is_kept_or_passes_what_is_allowed(
    actions: list[tuple[str, int, tuple[str, str]]],
) -> None:
    shop = Shop(MemoryStore())
    shop.receive(SHELF, 12)
    shop.describe_item("BRASS-LAMP", 6)
    shop.set_quota("web", SHELF, 5, "web")
    shop.set_quota("vip", SHELF, 2, customer="c-9", within="web")
    taken = 0

    for what, n, (channel, customer) in actions:
        kept = shop.quota("web").left
        free = shop.counter(SHELF).free
        try:
            if what == "take":
                taken += 1
                id = f"o-{taken}"
                shop.place(id, new_order((LAMP, n), channel=channel, customer=customer))
                shop.reserve(id)
                if not channel:
                    assert (n <= free, shop.quota("web").left) == (True, kept)
            elif what == "cancel":
                shop.cancel(f"o-{n}")
            elif what == "release":
                shop.release_quota(("web", "vip")[n])
            elif what == "web":
                shop.set_quota("web", SHELF, n, "web")
            else:
                shop.set_quota("vip", SHELF, n, customer="c-9", within="web")
        except Refused:
            pass
        pools = [quota_pool("web"), quota_pool("vip")]
        pools += [limit_pool("BRASS-LAMP", f"c-{i}") for i in (1, 2, 9)]
        for at in (SHELF, *map(Position, pools)):
            assert shop.counter(at).over_committed == 0
        assert min(shop.quota("web").left, shop.quota("vip").left) >= 0
    shop.assert_lawful()

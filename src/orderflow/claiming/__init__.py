"""What an order may claim: under buyers' limits, quotas, and what may leave a place on a day.

It knows which pools units of an order count against, and refuses to know which goods they are.

Problem: whether there are goods is asked of the shelf; whether this buyer may have them is asked of
something that no shelf knows, and two questions with an answer each can be wrong together.
Observation: a pool is counted and guarded like goods.
Decision: units carry the names of their pools beside the place of their goods, so one change claims
both, and the store grants all of it or none.

Whoever claims goods for an order asks here first what there is for it (`counters`), and then for
the pools of what it takes: now and without a date (`take`), or by a plan (`take_pegs`).
Whoever lets claimed units of an order go says so (`keep_again`), so that a quota keeps them again.
"""

from orderflow.claiming.asking import is_goods, refuse_early, refuse_waiting
from orderflow.claiming.capacity import is_day
from orderflow.claiming.claiming import Claiming, parted
from orderflow.claiming.quotas import Quotas, hold_of_quota, is_quota_pool, keep_again, quotas_now

__all__ = [
    "Claiming",
    "Quotas",
    "hold_of_quota",
    "is_day",
    "is_goods",
    "is_quota_pool",
    "keep_again",
    "parted",
    "quotas_now",
    "refuse_early",
    "refuse_waiting",
]

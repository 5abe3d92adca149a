"""What each refusal says, in English and in Chinese, by its code.

It knows sentences, and refuses to know when they are said.

A code never changes its meaning; a sentence may be worded better.
The names in braces are the figures that the refusing guard used, and both languages name the same.
"""

from __future__ import annotations

from typing import Final, Literal

Language = Literal["en", "zh"]

SENTENCES: Final[dict[str, dict[Language, str]]] = {
    "illegal_move": {
        "en": "{what} is {state}: cannot {move} (can: {can})",
        "zh": "{what}状态为“{state}”,不能{move}(可以:{can})",
    },
    "not_found": {"en": "there is no {kind} {id}", "zh": "没有{kind} {id}"},
    "already_there": {"en": "{kind} {id} is there already", "zh": "{kind} {id} 已存在"},
    "number_taken": {
        "en": "number {number} of {channel} is taken by order {id}",
        "zh": "{channel}的单号 {number} 已被订单 {id} 使用",
    },
    "short": {
        "en": "{sku} at {location}: {asked} asked, {free} free",
        "zh": "{location}的 {sku} 库存不足:需要 {asked},可用 {free}",
    },
    "nothing_to_do": {
        "en": "no unit of {what} can {move}",
        "zh": "{what}没有可以{move}的商品",
    },
    "too_many": {
        "en": "line {line} of order {order}: {asked} asked to {move}, {there} can",
        "zh": "订单 {order} 第 {line} 行:要求{move} {asked},只有 {there} 可以",
    },
    "no_such_line": {
        "en": "order {order} has no line {line}",
        "zh": "订单 {order} 没有第 {line} 行",
    },
    "not_confirmed": {
        "en": "order {order} is {state}, not confirmed",
        "zh": "订单 {order} 状态为“{state}”,尚未确认",
    },
    "on_hold": {
        "en": "{what} is on hold: {hold} ({reason})",
        "zh": "{what}已被挂起:{hold}({reason})",
    },
    "not_paid": {
        "en": "order {order} is not paid: {due} {currency} due",
        "zh": "订单 {order} 尚未付清:还应付 {due} {currency}",
    },
    "not_all_ended": {
        "en": "order {order} has {open} units that are still under way",
        "zh": "订单 {order} 还有 {open} 件商品未了结",
    },
    "money_owed": {
        "en": "order {order} is not settled: {balance} {currency} open",
        "zh": "订单 {order} 尚未结清:差额 {balance} {currency}",
    },
    "no_lines": {"en": "order {order} has no lines", "zh": "订单 {order} 没有商品行"},
    "no_stock": {
        "en": "nothing is free for order {order}",
        "zh": "没有可分配给订单 {order} 的库存",
    },
    "not_goods": {
        "en": "line {line} of order {order} is a service: it cannot {move}",
        "zh": "订单 {order} 第 {line} 行是服务,不能{move}",
    },
    "not_service": {
        "en": "line {line} of order {order} is goods: it cannot {move}",
        "zh": "订单 {order} 第 {line} 行是实物商品,不能{move}",
    },
    "not_received": {
        "en": "order {order} may be complained about until {until}: its receipt is not confirmed",
        "zh": "订单 {order} 尚未确认收货,{until} 起视为已收货",
    },
    "window_open": {
        "en": "after-sales of order {order} are open until {until}",
        "zh": "订单 {order} 的售后期到 {until} 才结束",
    },
    "stage_left_out": {
        "en": "order {order}: {state} units must pass {stage} first",
        "zh": "订单 {order}:“{state}”的商品须先经过工序“{stage}”",
    },
    "own_rule": {"en": "{reason} ({rule})", "zh": "{reason}({rule})"},
    "window_closed": {
        "en": "the return window of order {order} closed on {closed}",
        "zh": "订单 {order} 的退货期已于 {closed} 结束",
    },
    "over_refund": {
        "en": "{asked} {currency} asked back, {owed} owed to order {order}",
        "zh": "要求退款 {asked} {currency},订单 {order} 只应退 {owed}",
    },
    "nothing_owed": {
        "en": "nothing is owed back on order {order}",
        "zh": "订单 {order} 没有应退款项",
    },
    "wrong_currency": {
        "en": "payment {payment} is in {given}, order {order} in {wanted}",
        "zh": "付款 {payment} 的币种是 {given},订单 {order} 的币种是 {wanted}",
    },
    "over_applied": {
        "en": "payment {payment}: {asked} {currency} to apply, {free} there",
        "zh": "付款 {payment}:要使用 {asked} {currency},只有 {free}",
    },
    "overpaid": {
        "en": "order {order}: {asked} {currency} offered, {due} due",
        "zh": "订单 {order}:支付 {asked} {currency},只应付 {due}",
    },
    "not_cash_on_delivery": {
        "en": "order {order} is not cash on delivery",
        "zh": "订单 {order} 不是货到付款",
    },
    "other_destination": {
        "en": "order {order} goes elsewhere than the parcel",
        "zh": "订单 {order} 与包裹的收货地不同",
    },
    "wrong_location": {
        "en": "the units stand at {found}, not at {asked}",
        "zh": "商品在{found},不在{asked}",
    },
    "several_locations": {
        "en": "order {order} stands at several locations: {locations}",
        "zh": "订单 {order} 的商品分在几个仓库:{locations}",
    },
    "hold_expired": {
        "en": "stock hold {hold} ran out at {until}",
        "zh": "库存占用 {hold} 已于 {until} 失效",
    },
    "not_due": {
        "en": "order {order} may be paid until {until}",
        "zh": "订单 {order} 的付款期限为 {until}",
    },
    "payment_not_due": {
        "en": "payment {payment} may be answered for until {until}",
        "zh": "付款 {payment} 的有效期为 {until}",
    },
    "not_lapsed": {
        "en": "line {line} of order {order} may be used until {until}",
        "zh": "订单 {order} 第 {line} 行的服务在 {until} 前有效",
    },
    "never_lapses": {
        "en": "line {line} of order {order} may be used at any time: it never lapses",
        "zh": "订单 {order} 第 {line} 行的服务没有期限,不会失效",
    },
    "hold_not_set": {"en": "{what} has no hold {hold}", "zh": "{what}没有挂起项 {hold}"},
    "supply_closed": {"en": "supply {supply} is closed", "zh": "到货计划 {supply} 已关闭"},
    "not_enough_due": {
        "en": "supply {supply}: {asked} asked, {free} of {sku} still to be promised",
        "zh": "到货计划 {supply}:要求 {asked},{sku} 还可承诺 {free}",
    },
    "carrier_refused": {
        "en": "{carrier} says no to {asked} of parcel {parcel}: {reason}",
        "zh": "承运商 {carrier} 拒绝包裹 {parcel} 的{asked}:{reason}",
    },
    "sent_again": {
        "en": "line {line} of order {order}: {asked} asked, {n} are sent again and {left} are left",
        "zh": "订单 {order} 第 {line} 行:要求 {asked} 件,已补发 {n} 件,只余 {left} 件",
    },
    "not_back": {
        "en": "exchange {exchange} waits for its goods: return {returned} is {state}",
        "zh": "换货单 {exchange} 等待退回商品:退货单 {returned} 状态为“{state}”",
    },
    "nothing_accepted": {
        "en": "exchange {exchange}: no goods of return {returned} were accepted",
        "zh": "换货单 {exchange}:退货单 {returned} 没有验收通过的商品",
    },
    "not_sent_anew": {
        "en": "exchange {exchange} has sent nothing yet",
        "zh": "换货单 {exchange} 尚未发出新商品",
    },
    "balance_not_due": {
        "en": "the balance of payment {payment} may be paid until {until}",
        "zh": "付款 {payment} 的尾款期限为 {until}",
    },
    "no_balance": {
        "en": "payment {payment} is {state}: no balance of it is to come",
        "zh": "付款 {payment} 状态为“{state}”,没有待付尾款",
    },
}
"""Each refusal's sentences, by code and language."""

WORDS: Final[dict[str, str]] = {
    "order": "订单",
    "payment": "付款",
    "dispatch": "发货单",
    "parcel": "包裹",
    "return": "退货单",
    "exchange": "换货单",
    "reissue": "补发单",
    "purchase": "采购单",
    "work order": "生产单",
    "stock hold": "库存占用",
    "supply": "到货计划",
    "hold": "挂起项",
    "serial": "序列号",
}
"""The words of the trade that stand as figures in sentences: kinds, states, moves and verbs."""

_IN_WORDS: Final = frozenset({"kind", "state", "move", "can", "asked", "location"})
"""The figures that are words, or lists of them."""


def in_chinese(name: str, figure: str) -> str:
    """A figure of a Chinese sentence: words of the trade are translated, names are left alone."""
    if name == "what":  # a kind and an id
        kind = next((kind for kind in WORDS if figure.startswith(f"{kind} ")), "")
        return f"{WORDS[kind]}{figure[len(kind) :]}" if kind else figure
    if name in _IN_WORDS:
        return "、".join(WORDS.get(word, word) for word in figure.split(", "))
    return figure

"""What each refusal says, in English and in Chinese, by its code.

It knows sentences, and refuses to know when they are said.

A code never changes its meaning; a sentence may be worded better.
The names in braces are the figures that the refusing guard used, and both languages name the same.
English has a singular: where it would say "1 units", another sentence stands in `OF_ONE`.

One file, though long: it is one catalogue.
"""

from __future__ import annotations

from collections.abc import Mapping
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
    "offer_not_begun": {
        "en": "offer {offer} begins at {since}",
        "zh": "优惠 {offer} 自 {since} 开始",
    },
    "offer_over": {
        "en": "offer {offer} has ended at {until}",
        "zh": "优惠 {offer} 已于 {until} 结束",
    },
    "offer_for_others": {
        "en": "offer {offer} is for {tiers}, not for {tier}",
        "zh": "优惠 {offer} 仅限 {tiers},不适用于 {tier}",
    },
    "offer_wants_coupon": {
        "en": "offer {offer} wants a coupon that was not given",
        "zh": "优惠 {offer} 需要优惠券,未提供",
    },
    "offer_other_currency": {
        "en": "offer {offer} is in {wanted}, the order in {there}",
        "zh": "优惠 {offer} 的币种为 {wanted},订单为 {there}",
    },
    "offer_fits_no_line": {
        "en": "offer {offer} is about none of these goods",
        "zh": "优惠 {offer} 不适用于这些商品",
    },
    "offer_wants_more": {
        "en": "offer {offer} wants goods for {wanted} {currency}: they cost {there}",
        "zh": "优惠 {offer} 需满 {wanted} {currency}:当前商品金额 {there}",
    },
    "offer_wants_units": {
        "en": "offer {offer} wants {wanted} units: there are {there}",
        "zh": "优惠 {offer} 需满 {wanted} 件:当前 {there} 件",
    },
    "offer_gives_nothing": {
        "en": "offer {offer} finds nothing that it may make cheaper",
        "zh": "优惠 {offer} 没有可再优惠的金额",
    },
    "location_left_out": {
        "en": "{location} is left out: it {why}{figures}",
        "zh": "未选用{location}:{why}{figures}",
    },
    "location_not_used": {
        "en": "{location} is not used: with it {why}{figures}",
        "zh": "未使用{location}:若使用,{why}{figures}",
    },
    "goods_left_out": {
        "en": "{n} {sku} of {location} left out: it {why}",
        "zh": "未选用{location}的 {sku} {n} 件:{why}",
    },
    "line_left_out": {
        "en": "line {line} of order {order}: {n} left out, since {why}",
        "zh": "订单 {order} 第 {line} 行有 {n} 件未分配:{why}",
    },
    "over_limit": {
        "en": "customer {customer} may have {left} more of {sku}: {asked} asked",
        "zh": "客户 {customer} 还可购买 {sku} {left} 件:需要 {asked}",
    },
    "over_quota": {
        "en": "quota {quota} has {left} left: {asked} asked",
        "zh": "配额 {quota} 剩余 {left}:需要 {asked}",
    },
    "no_credit": {
        "en": "customer {customer} has no credit in {currency}: {asked} asked",
        "zh": "客户 {customer} 没有 {currency} 信用额度:需要 {asked}",
    },
    "credit_exceeded": {
        "en": "customer {customer} has {left} {currency} of credit left: {asked} asked",
        "zh": "客户 {customer} 剩余信用额度 {left} {currency}:需要 {asked}",
    },
    "credit_overdue": {
        "en": "customer {customer} owes {overdue} {currency} that is overdue since {since}: "
        "{orders}",
        "zh": "客户 {customer} 自 {since} 起逾期未付 {overdue} {currency}:订单 {orders}",
    },
    "coupon_used_up": {
        "en": "coupon {coupon} has no use left",
        "zh": "优惠券 {coupon} 已被用完",
    },
    "coupon_used": {
        "en": "customer {customer} has used coupon {coupon} as often as one may",
        "zh": "客户 {customer} 使用优惠券 {coupon} 已达次数上限",
    },
    "coupon_over": {
        "en": "coupon {coupon} was good until {until}",
        "zh": "优惠券 {coupon} 已于 {until} 失效",
    },
    "kept_by_quotas": {
        "en": "{n} units of {sku} are for others alone, by quotas",
        "zh": "{sku} 另有 {n} 件按配额只供他人",
    },
    "quota_held": {
        "en": "{n} units of quota {quota} are in stock holds: they end or are released first",
        "zh": "配额 {quota} 有 {n} 件被预占:须先等预占结束或释放",
    },
    "quota_over": {
        "en": "quota {quota} is over: its goods are free to all",
        "zh": "配额 {quota} 已结束:其货品人人可得",
    },
    "quota_ends": {
        "en": "quota {quota} ends at {until}: no stock hold on it lasts longer",
        "zh": "配额 {quota} 于 {until} 结束:预占不得更久",
    },
    "feed_not_newer": {
        "en": "{supplier} has said what it had of {sku} at {known}: {said} is not newer",
        "zh": "供应商 {supplier} 已报 {sku} 在 {known} 的库存:{said} 的并不更新",
    },
    "feed_too_old": {
        "en": "{supplier} stands by what it has of {sku} only until {until}",
        "zh": "供应商 {supplier} 所报 {sku} 的库存只到 {until} 有效",
    },
    "stored_short": {
        "en": "{stored} has {left} left to spend: {asked} asked",
        "zh": "{stored} 余额 {left}:需要 {asked}",
    },
    "stored_over": {
        "en": "{stored} could be used until {until}",
        "zh": "{stored} 的有效期到 {until} 为止",
    },
    "stored_full": {
        "en": "{stored} takes no {asked} more: {there} were put on it, at most {most} may be",
        "zh": "{stored} 已存入 {there},不能再存入 {asked}:上限 {most}",
    },
    "no_bank": {
        "en": "payment {payment} came from {stored}, and no bank has it: {free} {currency} of it "
        "came from outside, {asked} was charged back",
        "zh": "付款 {payment} 来自 {stored},银行无从扣回:"
        "其中外部来款 {free} {currency},扣回 {asked}",
    },
    "stored_not_due": {
        "en": "{stored} may be used until {until}",
        "zh": "{stored} 在 {until} 前有效",
    },
    "other_unit": {
        "en": "{stored} is in {unit}: {given} is given",
        "zh": "{stored} 以 {unit} 计:给定的是 {given}",
    },
    "day_full": {
        "en": "{location} has room for {left} more units on {day}: {asked} asked",
        "zh": "{location} 在 {day} 还可发出 {left} 件:需要 {asked}",
    },
    "safety_stock": {
        "en": "{n} of {sku} are kept as safety stock",
        "zh": "{sku} 有 {n} 件作为安全库存保留",
    },
    "no_other_supply": {
        "en": "no other supply keeps the date of {n} units that order {order} was promised",
        "zh": "订单 {order} 有 {n} 件没有其他供应能按承诺日期交付",
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
    "no_such_reason": {
        "en": "there is no reason {given}: it must be one of {reasons}",
        "zh": "没有原因“{given}”:须为以下之一:{reasons}",
    },
    "reason_wanted": {
        "en": "a reason is wanted: one of {reasons}",
        "zh": "须说明原因:{reasons}之一",
    },
    "no_reason_leads": {
        "en": "no reason that the rules name leads to {move}",
        "zh": "规则中没有可以{move}的原因",
    },
    "another_way": {
        "en": "the reason {given} leads to no {move} (can: {can})",
        "zh": "原因“{given}”不支持{move}(可以:{can})",
    },
    "kit_in_part": {
        "en": "kit {kit} of order {order} comes back whole: {n} more of line {line} belong to it",
        "zh": "订单 {order} 的套装 {kit} 须整套退回:还须退第 {line} 行 {n} 件",
    },
    "gift_stays": {
        "en": "line {line} of order {order} is a gift for what comes back: {n} of it come along",
        "zh": "订单 {order} 第 {line} 行为所退商品的赠品:须一并退回 {n} 件",
    },
    "evidence_wanted": {
        "en": "{what} wants {wanted} pictures or films as evidence: there are {there}",
        "zh": "{what}需要 {wanted} 份图片或视频作为凭证:已有 {there} 份",
    },
    "nothing_new": {
        "en": "{what} has all that already",
        "zh": "{what}已有这些内容",
    },
    "amount_wanted": {
        "en": "{what} asks for no amount: one is wanted",
        "zh": "{what}未申请金额:需要给出金额",
    },
    "over_kept": {
        "en": "the goods of order {order} carry {there} {currency}: {asked} asked back",
        "zh": "订单 {order} 的商品尚承担 {there} {currency}:申请退回 {asked}",
    },
    "in_time": {
        "en": "{what} may be answered until {until}",
        "zh": "{what}的答复期限为 {until}",
    },
    "not_come": {
        "en": "{what} has not {n} more of line {line} of what return {returned} waits for",
        "zh": "{what}中没有退货单 {returned} 第 {line} 行所等待的另外 {n} 件",
    },
    "not_there": {
        "en": "{what} has {there} of {sku}: {asked} asked",
        "zh": "{what}有 {there} 件 {sku}:需要 {asked} 件",
    },
    "window_closed": {
        "en": "the return window of order {order} closed on {closed}",
        "zh": "订单 {order} 的退货期已于 {closed} 结束",
    },
    "nothing_to_invoice": {
        "en": "{what} has nothing to invoice: what has left is invoiced, and nothing twice",
        "zh": "{what}没有可开票的内容:已发出的才开票,且不重复开票",
    },
    "not_together": {
        "en": "orders {order} and {other} differ in {why}: an invoice is for one",
        "zh": "订单 {order} 与 {other} 的{why}不同,不能合并开票",
    },
    "no_tax_rate": {
        "en": "no tax rate is known for {goods} in {place} at {at}",
        "zh": "没有 {goods} 在 {place} 于 {at} 的税率",
    },
    "not_taxed": {
        "en": "order {order} has a tax, and the rules name no rates for its invoice",
        "zh": "订单 {order} 含税,但规则没有提供开票税率",
    },
    "taxed_twice": {
        "en": "order {order} has a tax beside prices that include it",
        "zh": "订单 {order} 的价格已含税,又另收了税",
    },
    "nothing_to_credit": {
        "en": "invoice {invoice} has nothing to credit: its order costs what it says",
        "zh": "发票 {invoice} 没有可冲红的内容:订单金额与发票一致",
    },
    "not_on_invoice": {
        "en": "invoice {invoice} has no line {line}",
        "zh": "发票 {invoice} 没有第 {line} 行",
    },
    "over_credit": {
        "en": "{asked} {currency} to be credited, {left} left on invoice {invoice}",
        "zh": "要求冲红 {asked} {currency},发票 {invoice} 只剩 {left}",
    },
    "over_refund": {
        "en": "{asked} {currency} asked back, {owed} owed to order {order}",
        "zh": "要求退款 {asked} {currency},订单 {order} 只应退 {owed}",
    },
    "nothing_owed": {
        "en": "nothing is owed back on order {order}",
        "zh": "订单 {order} 没有应退款项",
    },
    "not_paid_by": {
        "en": "payment {payment} has paid nothing of order {order}",
        "zh": "付款 {payment} 未支付订单 {order}",
    },
    "over_left": {
        "en": "order {order}: {asked} {currency} to go back, {left} left of {payments}",
        "zh": "订单 {order}:应退 {asked} {currency},付款 {payments} 只余 {left}",
    },
    "nothing_to_pay_back": {
        "en": "payment {payment} has nothing that could be paid back",
        "zh": "付款 {payment} 没有可退的余额",
    },
    "over_pay_back": {
        "en": "payment {payment}: {asked} {currency} to pay back, {free} that no order has used",
        "zh": "付款 {payment}:要退 {asked} {currency},未使用的只有 {free}",
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
    "remittance_missing": {
        "en": "{parcel}: {known} {currency} was collected, and no row says that it is handed over",
        "zh": "{parcel}:已代收 {known} {currency},回款文件中没有对应行",
    },
    "remittance_short": {
        "en": "{parcel}: {stated} {currency} of {known} collected",
        "zh": "{parcel}:回款 {stated} {currency},少于代收的 {known}",
    },
    "remittance_over": {
        "en": "{parcel}: {stated} {currency}, and only {known} was collected",
        "zh": "{parcel}:回款 {stated} {currency},多于代收的 {known}",
    },
    "remittance_wrong_fee": {
        "en": "{parcel}: a fee of {stated} {currency} was kept, {known} is right",
        "zh": "{parcel}:扣手续费 {stated} {currency},应为 {known}",
    },
    "remittance_twice": {
        "en": "{parcel}: {stated} {currency} once more, an earlier row is about the same cash",
        "zh": "{parcel}:重复回款 {stated} {currency},前面已有同一笔货款",
    },
    "remittance_remitted_before": {
        "en": "{parcel}: {stated} {currency}, and all of its cash was handed over before",
        "zh": "{parcel}:回款 {stated} {currency},其货款此前已全部汇回",
    },
    "remittance_row_changed": {
        "en": "{parcel}: {stated} {currency} in a row that was booked with {known} before",
        "zh": "{parcel}:该行现为 {stated} {currency},此前已按 {known} 入账",
    },
    "remittance_refused_yet_remitted": {
        "en": "{parcel}: {stated} {currency}, and nothing was collected at its door",
        "zh": "{parcel}:回款 {stated} {currency},但上门时未代收任何货款",
    },
    "remittance_unknown_parcel": {
        "en": "{parcel}: {stated} {currency}, and no cash is known to be due for it",
        "zh": "{parcel}:回款 {stated} {currency},没有与其对应的货到付款",
    },
    "nothing_at_door": {
        "en": "order {order}: nothing is to be collected with parcel {parcel}",
        "zh": "订单 {order}:包裹 {parcel} 没有应代收的货款",
    },
    "nothing_to_collect": {
        "en": "order {order}: nothing is to be collected at any door",
        "zh": "订单 {order}:没有应代收的货款",
    },
    "cash_region": {
        "en": "order {order}: nothing is paid at the door in region {region}",
        "zh": "订单 {order}:地区 {region} 不支持货到付款",
    },
    "cash_too_much": {
        "en": "order {order}: {cost} {currency} is due at the door, at most {most} may be",
        "zh": "订单 {order}:货到应付 {cost} {currency},货到付款上限为 {most}",
    },
    "cash_refused_before": {
        "en": "order {order}: its customer has refused {refused} parcels before, at most {most}",
        "zh": "订单 {order}:客户曾拒收 {refused} 个货到付款包裹,最多允许 {most} 个",
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
    "booking_open": {
        "en": "{what}: {booking} is {state}, and one label is enough",
        "zh": "{what} 已有面单请求 {booking}({state}),无需另行下单",
    },
    "no_such_booking": {
        "en": "{what} has no booking {booking}",
        "zh": "{what} 没有面单请求 {booking}",
    },
    "booking_answered": {
        "en": "{what}: {booking} is {state}",
        "zh": "{what} 的面单请求 {booking} 状态为“{state}”",
    },
    "booking_under_way": {
        "en": "{what}: {booking} is under way until {until}",
        "zh": "{what} 的面单请求 {booking} 正在进行,至 {until}",
    },
    "no_waybills": {
        "en": "there is no waybill number of {carrier} left",
        "zh": "{carrier} 的运单号已用完",
    },
    "not_to_be_sent": {
        "en": "return {returned} is {state}: a label is for goods that are agreed to come back and "
        "were not posted yet",
        "zh": "退货 {returned} 状态为“{state}”,只有已同意且尚未寄回的退货才能取面单",
    },
    "not_on_its_road": {
        "en": "parcel {parcel} is {state}: only what is on its road is brought elsewhere",
        "zh": "包裹 {parcel} 状态为“{state}”,只有在途包裹才能改派",
    },
    "not_packed": {
        "en": "parcel {parcel} is {state}: a waybill is for a packed one",
        "zh": "包裹 {parcel} 状态为“{state}”,只有已包装的包裹才能取运单",
    },
    "not_to_pick": {
        "en": "{sku} is not, or no more, to be picked for dispatch {dispatch}",
        "zh": "{sku} 不在发货单 {dispatch} 的待拣商品中",
    },
    "wrong_lot": {
        "en": "{sku} of lot {lot} was scanned for dispatch {dispatch}, which wants {wanted}",
        "zh": "发货单 {dispatch} 应拣 {sku} 批次 {wanted},扫描到批次 {lot}",
    },
    "wrong_serial": {
        "en": "{sku} with serial {serial} was scanned: dispatch {dispatch} wants {wanted}",
        "zh": "发货单 {dispatch} 应拣 {sku} 序列号 {wanted},扫描到序列号 {serial}",
    },
    "scanned_too_many": {
        "en": "{n} {sku} were scanned for dispatch {dispatch}, and {left} are left to pick",
        "zh": "发货单 {dispatch} 扫描了 {n} 件 {sku},待拣只剩 {left} 件",
    },
    "parcel_left": {
        "en": "parcel {parcel} is {state}: only a packed one can be asked to {asked}",
        "zh": "包裹 {parcel} 状态为“{state}”,只有已包装的包裹才能{asked}",
    },
    "parcel_too_heavy": {
        "en": "parcel {parcel} weighs {grams} g, and may weigh {most} g",
        "zh": "包裹 {parcel} 重 {grams} 克,上限为 {most} 克",
    },
    "parcel_too_large": {
        "en": "what is to be in parcel {parcel} takes {cm3} cm3, and there is room for {most} cm3",
        "zh": "包裹 {parcel} 内商品体积为 {cm3} 立方厘米,上限为 {most} 立方厘米",
    },
    "not_in_one_box": {
        "en": "{sku} is {trait} and {other} is {other_trait}: they may not share parcel {parcel}",
        "zh": "{sku}({trait})与{other}({other_trait})不能同装包裹 {parcel}",
    },
    "weight_off": {
        "en": "parcel {parcel} weighs {grams} g, and by what is in it from {least} to {most} g",
        "zh": "包裹 {parcel} 实重 {grams} 克,按内装商品应为 {least} 至 {most} 克",
    },
    "not_weighed": {
        "en": "parcel {parcel} was not weighed",
        "zh": "包裹 {parcel} 尚未称重",
    },
    "mark_missing": {
        "en": "parcel {parcel} does not bear the mark {mark}",
        "zh": "包裹 {parcel} 缺少标记:{mark}",
    },
    "parcel_not_due": {
        "en": "parcel {parcel} is waited for until {until}",
        "zh": "包裹 {parcel} 的等待期限为 {until}",
    },
    "not_due": {
        "en": "order {order} may be paid until {until}",
        "zh": "订单 {order} 的付款期限为 {until}",
    },
    "money_ready": {
        "en": "order {order} is not late: {amount} {currency} is kept ready for it by {payments}",
        "zh": "订单 {order} 未逾期:付款 {payments} 已预授权 {amount} {currency}",
    },
    "over_asked": {
        "en": "payment {payment}: {asked} {currency} to {move}, {free} can be asked for",
        "zh": "付款 {payment}:{move} {asked} {currency},最多可请求 {free}",
    },
    "captured_in_one_go": {
        "en": "payment {payment}: {asked} {currency} of {free} asked for, and none is authorised: "
        "it is captured in one go",
        "zh": "付款 {payment}:请求 {asked} {currency},应为 {free};未经预授权的付款须一次收取",
    },
    "not_by_gateway": {
        "en": "payment {payment}: {amount} {currency} came by no gateway, so none can pay it back",
        "zh": "付款 {payment}:{amount} {currency} 并非经支付平台收到,平台无法退回",
    },
    "request_open": {
        "en": "payment {payment}: the gateway has not answered for {request} yet",
        "zh": "付款 {payment}:支付平台尚未答复 {request}",
    },
    "request_answered": {
        "en": "payment {payment}: {request} is answered for: {outcome}",
        "zh": "付款 {payment}:{request} 已有答复:{outcome}",
    },
    "request_under_way": {
        "en": "payment {payment}: {request} is under way until {until}",
        "zh": "付款 {payment}:{request} 正在请求中,至 {until}",
    },
    "no_such_request": {
        "en": "payment {payment} has no request {request}",
        "zh": "付款 {payment} 没有请求 {request}",
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
    "not_in_quarantine": {
        "en": "supply {supply}: {asked} asked, {there} of {sku} in quarantine",
        "zh": "到货计划 {supply}:要求 {asked},{sku} 待检 {there}",
    },
    "lot_expires": {
        "en": "lot {lot} of {sku} expires at {until}, and must be good for {days} days",
        "zh": "{sku} 批次 {lot} 于 {until} 到期,要求至少还有 {days} 天有效期",
    },
    "not_enough_due": {
        "en": "supply {supply}: {asked} asked, {free} of {sku} still to be promised",
        "zh": "到货计划 {supply}:要求 {asked},{sku} 还可承诺 {free}",
    },
    "date_past": {
        "en": "line {line} of order {order}: the date {date} is past",
        "zh": "订单 {order} 第 {line} 行:日期 {date} 已过",
    },
    "not_in_time": {
        "en": "line {line} of order {order}: {asked} {sku} cannot be promised by {date}; "
        "what can be: {can}",
        "zh": "订单 {order} 第 {line} 行:无法在 {date} 前承诺 {asked} 件 {sku};可承诺:{can}",
    },
    "carrier_refused": {
        "en": "{carrier} says no to {asked} of parcel {parcel}: {reason}",
        "zh": "承运商 {carrier} 拒绝包裹 {parcel} 的{asked}:{reason}",
    },
    "sent_again": {
        "en": "line {line} of order {order}: {asked} asked, {n} are sent again and {left} are left",
        "zh": "订单 {order} 第 {line} 行:要求 {asked} 件,已补发 {n} 件,只余 {left} 件",
    },
    "not_to_be_claimed": {
        "en": "parcel {parcel} is {state}: nothing of it can be claimed as {cause}",
        "zh": "包裹 {parcel} 状态为“{state}”:不能以“{cause}”向承运商理赔",
    },
    "claimed_already": {
        "en": "parcel {parcel} is claimed as {cause} by {claim}",
        "zh": "包裹 {parcel} 已由 {claim} 以“{cause}”理赔",
    },
    "over_claim": {
        "en": "claim {claim} asks for {asked} {currency}: {agreed} are more than that",
        "zh": "理赔单 {claim} 申请 {asked} {currency}:{agreed} 超出申请",
    },
    "not_for_repair": {
        "en": "return {returned} is no repair: its goods are given back",
        "zh": "退货单 {returned} 不是维修单:商品是退回的",
    },
    "not_back": {
        "en": "exchange {exchange} waits for its goods: return {returned} is {state}",
        "zh": "换货单 {exchange} 等待退回商品:退货单 {returned} 状态为“{state}”",
    },
    "nothing_accepted": {
        "en": "exchange {exchange}: no goods of return {returned} were accepted",
        "zh": "换货单 {exchange}:退货单 {returned} 没有验收通过的商品",
    },
    "goods_came": {
        "en": "exchange {exchange} has had goods of return {returned} accepted",
        "zh": "换货单 {exchange}:退货单 {returned} 已有商品验收通过",
    },
    "not_sent_anew": {
        "en": "exchange {exchange} has sent nothing yet",
        "zh": "换货单 {exchange} 尚未发出新商品",
    },
    "balance_over": {
        "en": "the balance of payment {payment} was to be paid until {until}: that is over",
        "zh": "付款 {payment} 的尾款期限 {until} 已过",
    },
    "balance_not_planned": {
        "en": "payment {payment} has no planned balance: say until when it is to come",
        "zh": "付款 {payment} 未约定尾款时间:请说明尾款期限",
    },
    "balance_not_due": {
        "en": "the balance of payment {payment} may be paid until {until}",
        "zh": "付款 {payment} 的尾款期限为 {until}",
    },
    "plan_differs": {
        "en": "order {order} costs {cost} {currency}: its plan has {planned} {currency}",
        "zh": "订单 {order} 应付 {cost} {currency}:分期合计 {planned} {currency}",
    },
    "paid_at_door": {
        "en": "order {order} is paid at the door: it has no plan",
        "zh": "订单 {order} 为货到付款:不可分期",
    },
    "no_instalment_due": {
        "en": "order {order} has no instalment that is overdue",
        "zh": "订单 {order} 没有逾期的分期款",
    },
    "not_taken_back": {
        "en": "payment {payment} was made by {method}: nothing goes back to it, but onto a balance",
        "zh": "付款 {payment} 以 {method} 支付:不可原路退回,请指定储值账户",
    },
    "cash_to_balance": {
        "en": "payment {payment} was cash at the door: it goes back as store credit, so name a "
        "balance",
        "zh": "付款 {payment} 为货到付款:须退至储值账户,请指定账户",
    },
    "cash_to_payee": {
        "en": "payment {payment} was cash at the door: it goes back by transfer, so say to which "
        "account",
        "zh": "付款 {payment} 为货到付款:须转账退款,请提供收款账户",
    },
    "not_compensated": {
        "en": "order {order} is not compensated for {given}: the rules know {reasons}",
        "zh": "订单 {order} 不因 {given} 赔付,规则仅有:{reasons}",
    },
    "over_compensation": {
        "en": "order {order}: {asked} {currency} to compensate for {reason}, "
        "{left} of {limit} left",
        "zh": "订单 {order}:因“{reason}”赔付 {asked} {currency},限额 {limit},剩余 {left}",
    },
    "over_compensated_back": {
        "en": "order {order}: {asked} {currency} of a compensation for {reason} to come back, "
        "{there} went there",
        "zh": "订单 {order}:因“{reason}”赔付退回 {asked} {currency},实际付出 {there}",
    },
    "compensation_to_nobody": {
        "en": "a compensation for order {order} wants an account or a balance to go to",
        "zh": "订单 {order} 的赔付须指定收款账户或储值账户",
    },
    "owed_changed": {
        "en": "{owed} {currency} is owed back on order {order} by now, not {said}",
        "zh": "订单 {order} 目前应退 {owed} {currency},不再是 {said}",
    },
    "plan_changed": {
        "en": "what is owed back on order {order} would go back otherwise by now: {now}",
        "zh": "订单 {order} 的退款方式已变化,目前为:{now}",
    },
    "over_deposit": {
        "en": "{asked} {currency} asked of a deposit of {deposit} {currency}: payment {payment}",
        "zh": "付款 {payment} 的定金为 {deposit} {currency}:要求没收 {asked} {currency}",
    },
    "no_balance": {
        "en": "payment {payment} is {state}: no balance of it is to come",
        "zh": "付款 {payment} 状态为“{state}”,没有待付尾款",
    },
    "not_fixed": {
        "en": "line {line} of order {order}: the amount of {n} units is an estimate until {fixing}",
        "zh": "订单 {order} 第 {line} 行:{n} 件的金额为预估,{fixing}时确定",
    },
    "not_by_weight": {
        "en": "line {line} of order {order} is not sold by weight",
        "zh": "订单 {order} 第 {line} 行不按重量销售",
    },
    "none_kept": {
        "en": "line {line} of order {order} has no units left whose price could change",
        "zh": "订单 {order} 第 {line} 行没有可改价的商品",
    },
    "invoiced": {
        "en": "line {line} of order {order}: its {n} units are on an invoice, credit that first",
        "zh": "订单 {order} 第 {line} 行的 {n} 件已开票,须先开红字发票",
    },
    "price_unchanged": {
        "en": "order {order} has these prices already",
        "zh": "订单 {order} 已是这些价格",
    },
    "below_discounts": {
        "en": "line {line} of order {order} would cost {amount} {currency}, and {off} are off it",
        "zh": "订单 {order} 第 {line} 行改价后为 {amount} {currency},低于其优惠 {off}",
    },
    "not_lower": {
        "en": "line {line} of order {order} costs no more than {price}",
        "zh": "订单 {order} 第 {line} 行的价格并不高于 {price}",
    },
    "protection_over": {
        "en": "the prices of order {order} were protected until {until}",
        "zh": "订单 {order} 的价保期已于 {until} 结束",
    },
    "closed_too_long": {
        "en": "the calendar of {zone} is closed too long: "
        "{days} days from {day} on were looked through",
        "zh": "{zone}的工作日历休息过长:从 {day} 起已查找 {days} 天",
    },
}
"""Each refusal's sentences, by code and language."""

OF_ONE: Final[dict[str, tuple[str, str]]] = {
    "evidence_wanted": (
        "wanted",
        "{what} wants a picture or film as evidence: there are {there}",
    ),
    "offer_wants_units": ("wanted", "offer {offer} wants a unit: there are {there}"),
    "cash_refused_before": (
        "refused",
        "order {order}: its customer has refused a parcel before, at most {most}",
    ),
    "kept_by_quotas": ("n", "a unit of {sku} is for others alone, by quotas"),
    "quota_held": (
        "n",
        "a unit of quota {quota} is in a stock hold: it ends or is released first",
    ),
    "day_full": ("left", "{location} has room for one more unit on {day}: {asked} asked"),
    "safety_stock": ("n", "one of {sku} is kept as safety stock"),
    "no_other_supply": (
        "n",
        "no other supply keeps the date of a unit that order {order} was promised",
    ),
    "not_all_ended": ("open", "order {order} has a unit that is still under way"),
    "not_fixed": (
        "n",
        "line {line} of order {order}: the amount of a unit is an estimate until {fixing}",
    ),
    "invoiced": (
        "n",
        "line {line} of order {order}: its unit is on an invoice, credit that first",
    ),
}
"""What English says instead where a figure is one, by code: which figure, and the sentence."""

LEDGER: Final[dict[str, dict[Language, str]]] = {
    "order": {
        "en": "Order {id} of {customer}, in {currency}",
        "zh": "订单 {id},客户 {customer},币种 {currency}",
    },
    "customer": {
        "en": "Customer {customer}, in {currency}",
        "zh": "客户 {customer},币种 {currency}",
    },
    "day": {"en": "{since} to {until}, in {currency}", "zh": "{since} 至 {until},币种 {currency}"},
    "what": {"en": "what", "zh": "事项"},
    "cost": {"en": "cost", "zh": "应收"},
    "paid": {"en": "paid", "zh": "已收"},
    "balance": {"en": "balance", "zh": "余额"},
    "before": {"en": "before", "zh": "期初"},
    "got": {"en": "in", "zh": "转入"},
    "gave": {"en": "out", "zh": "转出"},
    "after": {"en": "after", "zh": "期末"},
    "account": {"en": "account", "zh": "科目"},
    "onto": {"en": "put {payment} on {stored}", "zh": "{payment} 转入 {stored}"},
    "came": {"en": "received by gateway", "zh": "支付平台收款"},
    "went": {"en": "sent back by gateway", "zh": "支付平台退款"},
    "opening": {"en": "brought forward", "zh": "期初余额"},
    "due": {"en": "Still to be paid", "zh": "应付"},
    "back": {"en": "Owed back", "zh": "应退"},
    "settled": {"en": "Nothing is open", "zh": "已结清"},
}
"""What statements and days of the ledger say, by title."""

ACCOUNTS: Final[dict[str, dict[Language, str]]] = {
    "sold": {"en": "sold", "zh": "销售"},
    "receivable": {"en": "receivable", "zh": "应收"},
    "paid for others": {"en": "paid for others", "zh": "代付"},
    "payer": {"en": "payer", "zh": "付款方"},
    "unapplied": {"en": "unapplied", "zh": "未核销"},
    "applied": {"en": "applied", "zh": "已核销"},
    "refunded": {"en": "refunded", "zh": "已退款"},
    "charged back": {"en": "charged back", "zh": "银行扣回"},
    "carrier": {"en": "carrier", "zh": "承运商代收"},
    "bank": {"en": "bank", "zh": "银行"},
    "stored": {"en": "stored", "zh": "储值"},
    "forfeited": {"en": "forfeited", "zh": "没收定金"},
    "fees": {"en": "fees", "zh": "代收手续费"},
    "issued": {"en": "issued", "zh": "发放储值"},
    "lapsed": {"en": "lapsed", "zh": "过期储值"},
    "converted": {"en": "converted", "zh": "兑换"},
    "compensated": {"en": "compensated", "zh": "赔付"},
    "paid out": {"en": "paid out", "zh": "赔付付款"},
    "made good by carriers": {"en": "made good by carriers", "zh": "承运商理赔"},
    "claimed from carriers": {"en": "claimed from carriers", "zh": "应收承运商理赔"},
    "paid in by carriers": {"en": "paid in by carriers", "zh": "承运商理赔到账"},
}
"""What the accounts of the ledger are called, by their values."""

SETTLEMENT: Final[dict[str, dict[Language, str]]] = {
    "settlement": {"en": "Settlement, {since} to {until}", "zh": "结算单,{since} 至 {until}"},
    "party": {"en": "{role} {party}, in {currency}", "zh": "{role} {party},币种 {currency}"},
    "what": {"en": "what", "zh": "事项"},
    "units": {"en": "units", "zh": "数量"},
    "amount": {"en": "amount", "zh": "金额"},
    "opening": {"en": "brought forward", "zh": "期初余额"},
    "owes": {"en": "Owed to us", "zh": "应收"},
    "owed": {"en": "Owed by us", "zh": "应付"},
    "held": {"en": "With us", "zh": "结存"},
    "even": {"en": "Nothing is open", "zh": "已结清"},
    "waiting": {"en": "Not due yet", "zh": "未到期"},
    "borne": {"en": "borne by {bearer}", "zh": "由 {bearer} 承担"},
}
"""What settlements say, by title."""

ROLES: Final[dict[str, dict[Language, str]]] = {
    "customer": {"en": "Customer", "zh": "客户"},
    "supplier": {"en": "Supplier", "zh": "供应商"},
    "bearer": {"en": "Bearer", "zh": "承担方"},
    "carrier": {"en": "Carrier", "zh": "承运商"},
    "finance": {"en": "Finance", "zh": "财务"},
}
"""What parties of a settlement are to us, by the values of `Role`."""

SETTLED_FOR: Final[dict[str, dict[Language, str]]] = {
    "goods": {"en": "goods", "zh": "货款"},
    "discount": {"en": "discount", "zh": "折扣"},
    "tax": {"en": "tax", "zh": "税费"},
    "freight": {"en": "freight", "zh": "运费"},
    "fee": {"en": "fee", "zh": "手续费"},
    "price": {"en": "price", "zh": "调价"},
    "rounding": {"en": "rounding", "zh": "尾差"},
    "cash rounding": {"en": "cash rounding", "zh": "抹零"},
    "paid": {"en": "paid", "zh": "已核销付款"},
    "unapplied": {"en": "unapplied", "zh": "未核销付款"},
    "shipped by the supplier": {"en": "shipped by the supplier", "zh": "供应商直发"},
    "made good": {"en": "sent again at no cost", "zh": "免费补发"},
    "sold on consignment": {"en": "sold on consignment", "zh": "寄售"},
    "bought": {"en": "bought", "zh": "采购入库"},
    "sent back to the supplier": {"en": "sent back to the supplier", "zh": "退回供应商"},
    "without a quote": {"en": "without a quote", "zh": "无报价"},
    "collected": {"en": "collected", "zh": "代收货款"},
    "remitted": {"en": "remitted", "zh": "已汇款"},
    "kept as a fee": {"en": "kept as a fee", "zh": "代收手续费"},
    "held": {"en": "held", "zh": "资金"},
    "stored": {"en": "stored", "zh": "储值余额"},
    "paid out": {"en": "paid out", "zh": "赔付付款"},
    "compensation": {"en": "compensation", "zh": "赔付"},
    "claimed": {"en": "claimed", "zh": "理赔"},
    "claim paid": {"en": "claim paid", "zh": "理赔到账"},
}
"""What rows of a settlement are for, by the values of `Reason`."""

STATEMENT: Final[dict[str, dict[Language, str]]] = {
    "head": {
        "en": "Order {order} of {customer}, in {currency}",
        "zh": "订单 {order},客户 {customer},币种 {currency}",
    },
    "estimated": {"en": "Some amounts are estimates.", "zh": "部分金额为预估。"},
    "kit": {
        "en": "Kit {line}: {n} x {sku} at {price}",
        "zh": "套装 {line}:{n} 套 {sku},单价 {price}",
    },
    "line": {"en": "Line {line}: {n} x {sku}", "zh": "第 {line} 行:{sku},数量 {n}"},
    "gift": {"en": "a gift, earned by {earned}", "zh": "赠品,来自 {earned}"},
    "kept": {"en": "kept: {n}", "zh": "其中保留 {n}"},
    "none_kept": {"en": "kept: none", "zh": "均已取消或退回"},
    "times": {"en": "{n} x {price}", "zh": "{n} × {price}"},
    "weighed": {"en": "{n} of {kg} kg x {price}", "zh": "{n} 件重 {kg} kg × {price}"},
    "to_weigh": {
        "en": "{n} of about {kg} kg x {price}, an estimate until weighing",
        "zh": "{n} 件约 {kg} kg × {price}(称重前为预估)",
    },
    "until": {"en": ", an estimate until {fixing}", "zh": "({fixing}前为预估)"},
    "version": {"en": ", of {version}", "zh": "(价格版本 {version})"},
    "shared": {"en": "Rounding of the line", "zh": "分摊尾差"},
    "goods": {"en": "Goods", "zh": "商品"},
    "discount": {"en": "Discount", "zh": "优惠"},
    "tax": {"en": "Tax", "zh": "税"},
    "freight": {"en": "Freight", "zh": "运费"},
    "off_freight": {"en": "Discount on freight", "zh": "运费优惠"},
    "fee": {"en": "Fee", "zh": "服务费"},
    "price": {"en": "included change of price", "zh": "其中改价"},
    "rounding": {"en": "Rounding to the invoice", "zh": "开票尾差"},
    "cash": {"en": "Rounding to a coin", "zh": "抹零"},
    "clawed_back": {
        "en": "Discount taken back, {left} of {least} are left",
        "zh": "收回优惠(剩余 {left},未满 {least})",
    },
    "capped": {
        "en": "Discount taken back as far as it may be, {left} of {least} are left",
        "zh": "限额收回优惠(剩余 {left},未满 {least})",
    },
    "freight_again": {
        "en": "Freight is not free any more, {left} of {least} are left",
        "zh": "不再免运费(剩余 {left},未满 {least})",
    },
    "gift_kept": {
        "en": "A gift is kept without what has earned it, {n} of line {line}",
        "zh": "保留赠品(第 {line} 行 {n} 件,所购商品已退)",
    },
    "freight_back": {"en": "Freight given back", "zh": "退还运费"},
    "lost_value": {
        "en": "Lost value, {n} of line {line} came back {condition}",
        "zh": "价值减损(第 {line} 行退回 {n},{condition})",
    },
    "restocking": {
        "en": "Restocking, {n} of line {line} came back {condition}",
        "zh": "退货手续费(第 {line} 行退回 {n},{condition})",
    },
    "postage": {"en": "Postage of return {returned}", "zh": "退货单 {returned} 运费"},
    "tax_changed": {"en": "Tax on what a return has changed", "zh": "退货引起的税额变动"},
    "reason": {"en": ": {reason}", "zh": ":{reason}"},
    "borne": {"en": ", borne by {bearer}", "zh": ",由 {bearer} 承担"},
    "borne_by_seller": {"en": ", borne by the seller", "zh": ",由商家承担"},
    "line_total": {"en": "Line {line}", "zh": "第 {line} 行合计"},
    "total": {"en": "Total", "zh": "合计"},
    "included": {"en": "included: {rate} on {base}", "zh": "其中税额:{rate},不含税 {base}"},
    "included_yet": {
        "en": "included, on no invoice yet: {rate} on {base}",
        "zh": "其中未开票税额:{rate},不含税 {base}",
    },
    "paid": {"en": "Paid by {payment}", "zh": "已付 {payment}"},
    "due": {"en": "Still to be paid", "zh": "应付"},
    "owed": {"en": "Owed back", "zh": "应退"},
    "settled": {"en": "Nothing is open", "zh": "已结清"},
    "given_up": {"en": "Given up, no part of the total", "zh": "已取消或退回(不计入合计)"},
    "compensation": {
        "en": "Compensation, no part of the total: {reason}",
        "zh": "赔付(不计入合计):{reason}",
    },
    "invoice": {"en": "Invoice {number}, {tax} of tax in it", "zh": "发票 {number},其中税额 {tax}"},
    "credit_note": {
        "en": "Credit note {number}, {tax} of tax in it",
        "zh": "红字发票 {number},其中税额 {tax}",
    },
}
"""The rows of a statement of an order, by what they say and language."""

PROPOSAL: Final[dict[str, dict[Language, str]]] = {
    "head": {
        "en": "Proposal for order {order}, in {currency}",
        "zh": "订单 {order} 结算建议,币种 {currency}",
    },
    "supposing": {"en": "Supposing: {verbs}", "zh": "假设:{verbs}"},
    "agreed": {
        "en": "Agreed at first, less what is paid",
        "zh": "原订单金额减已付金额",
    },
    "before": {"en": "Due before (below zero: owed back)", "zh": "此前应付(负数为应退)"},
    "line": {"en": "Line {line}: {sku}", "zh": "第 {line} 行:{sku}"},
    "given_up": {"en": "Line {line}: {n} x {sku} given up", "zh": "第 {line} 行:{sku} 减少 {n}"},
    "more": {"en": "Line {line}: {n} x {sku} more", "zh": "第 {line} 行:{sku} 增加 {n}"},
    "repriced": {"en": "Change of price", "zh": "改价"},
    "to_gateway": {"en": "to {payment}, by its gateway", "zh": "经支付渠道退至 {payment}"},
    "to_balance": {"en": "to {payment}, onto its balance", "zh": "退回 {payment} 的储值账户"},
    "by_hand": {"en": "to {payment}, by hand", "zh": "人工退至 {payment}"},
    "by_transfer": {"en": "of {payment}, by transfer", "zh": "{payment} 转账退款"},
    "to_credit": {"en": "of {payment}, onto balance {to}", "zh": "{payment} 退至储值账户 {to}"},
    "by_bank": {
        "en": "of {payment}, taken by its bank already",
        "zh": "{payment} 已被付款银行扣回",
    },
    "left": {"en": "left, since no payment takes it", "zh": "无法退回的余额"},
    "from_unapplied": {
        "en": "from {payment}, that no order has used",
        "zh": "取自 {payment} 的未核销金额",
    },
    "from_ready": {"en": "from {payment}, kept ready", "zh": "取自 {payment} 的预授权"},
    "at_door": {"en": "at the door", "zh": "货到付款"},
    "to_ask": {"en": "the customer is to be asked for", "zh": "待客户支付"},
    "passed_over": {"en": "- {reason}", "zh": "- {reason}"},
}
"""The rows of a proposal, by what they say and language."""

KINDS_AND_STATES: Final[dict[str, str]] = {
    # kinds of document, and what else can be missing
    "order": "订单",
    "payment": "付款",
    "dispatch": "发货单",
    "parcel": "包裹",
    "return": "退货单",
    "exchange": "换货单",
    "reissue": "补发单",
    "complaint": "投诉单",
    "carrier claim": "承运商理赔单",
    "overdue": "已逾期",
    "paid": "已到账",
    "purchase": "采购单",
    "work order": "生产单",
    "stock hold": "库存占用",
    "supply": "到货计划",
    "lot": "批次",
    "item": "商品资料",
    "quota": "配额",
    "arrival": "不明来货",
    "stored value": "储值",
    "feed": "供应商库存",
    "invoice": "发票",
    "credit note": "红字发票",
    "series": "发票号段",
    "coupon": "优惠券",
    "credit line": "信用额度",
    "hold": "挂起项",
    "serial": "序列号",
    # orders
    "draft": "草稿",
    "placed": "已下单",
    "in review": "审核中",
    "awaiting customer": "待客户答复",
    "confirmed": "已确认",
    "completed": "已完成",
    "archived": "已归档",
    "rejected": "已驳回",
    "cancelled": "已取消",
    "expired": "已过期",
    # units
    "open": "待处理",
    "backordered": "缺货待补",
    "to buy": "需采购",
    "buying": "采购中",
    "to make": "待生产",
    "making": "生产中",
    "reserved": "已预留",
    "allocated": "已分配",
    "released": "已下发",
    "picked": "已拣货",
    "packed": "已打包",
    "shipped": "已发货",
    "ready to collect": "待自提",
    "delivered": "已签收",
    "lost": "已丢失",
    "missing": "缺件",
    "going back": "退回途中",
    "received back": "已退回待验",
    "sent back": "验收未过退还中",
    "returned": "已退货",
    "redeemed": "已核销",
    "lapsed": "已失效",
    # payments
    "awaiting": "待支付",
    "authorised": "已授权",
    "deposit taken": "已付定金",
    "balance open": "待付尾款",
    "balance overdue": "尾款逾期",
    "captured": "已收款",
    "part captured": "部分收款",
    "part refunded": "部分退款",
    "refunded": "已退款",
    "disputed": "争议中",
    "failed": "支付失败",
    "voided": "已作废",
    "due at door": "待货到付款",
    "collected": "承运商已代收",
    "short paid": "汇回不足",
    "remitted": "已汇回",
    # requests, after-sales, supply
    "created": "已创建",
    "sent": "已发送",
    "accepted": "已接受",
    "cancel asked": "已请求取消",
    "refused": "已拒绝",
    "done": "已完成",
    "answered": "已答复",
    "asked": "已申请",
    "granted": "已同意",
    "unanswered": "逾期未答复",
    "withdrawn": "已撤销",
    "approved": "已同意",
    "received": "已收到",
    "settled": "已了结",
    "undone": "已撤回",
    "running": "有效",
    "used": "已使用",
    "expected": "待到货",
    "closed": "已关闭",
    "planned": "已计划",
    "in production": "生产中",
    "inspecting": "检验中",
    "stopped": "已停止",
    # when an amount is fixed
    "balance": "付尾款",
    "weighing": "称重",
    "delivery": "交付",
    "weighed": "已称重",  # why it changed
    # what came of asking a gateway
    "pending": "未答复",
    # where a list or a bag is empty, and places that are none
    "empty": "空",
    "nothing more": "无",
    "the pool": "限额池",
    "all locations": "所有地点",
}
"""What documents are called, and where they and their units stand."""

MOVES_AND_VERBS: Final[dict[str, str]] = {
    "accept back": "验收退回",
    "accept carrier claim": "登记承运商同意理赔",
    "accept dispatch": "接受发货单",
    "accept purchase": "接受采购单",
    "accept": "接受",
    "add complaint evidence": "补充投诉凭证",
    "add evidence": "补充凭证",
    "answer complaint": "答复投诉",
    "ask refund only": "申请仅退款",
    "complain": "投诉",
    "grant": "同意投诉",
    "grant complaint": "同意投诉",
    "leave unanswered": "逾期未答复",
    "miss complaint": "登记投诉逾期未答复",
    "record complaint talk": "登记投诉沟通",
    "reject complaint": "驳回投诉",
    "withdraw": "撤销投诉",
    "withdraw complaint": "撤销投诉",
    "claim on carrier": "向承运商理赔",
    "fall overdue": "逾期",
    "miss carrier claim": "登记承运商理赔逾期",
    "record claim payment": "登记理赔到账",
    "reject carrier claim": "登记承运商拒赔",
    "withdraw carrier claim": "撤销承运商理赔",
    "add waybills": "录入运单号",
    "adjust": "调整",
    "agree plan": "约定分期",
    "allocate": "分配",
    "answer": "答复",
    "apply payment": "使用付款",
    "apply": "使用",
    "approve exchange": "同意换货",
    "approve reissue": "同意补发",
    "approve return": "同意退货",
    "approve": "同意",
    "archive": "归档",
    "arrive": "到货",
    "ask authorise": "请求授权",
    "ask booking": "请求面单",
    "ask cancel dispatch": "请求取消发货单",
    "ask cancel purchase": "请求取消采购单",
    "ask cancel": "请求取消",
    "ask capture": "请求收款",
    "ask customer": "询问客户",
    "ask exchange": "申请换货",
    "ask pay back": "请求退回付款",
    "ask refund": "请求退款",
    "ask reissue": "申请补发",
    "ask repair": "申请维修",
    "ask return": "申请退货",
    "ask void": "请求作废",
    "authorise": "授权",
    "await payment": "等待付款",
    "backorder": "转为缺货待补",
    "book": "预订运单",
    "buy": "采购",
    "cancel booking": "请求取消面单",
    "ask return label": "请求退货面单",
    "redirect": "改派",
    "send return label": "发送退货面单请求",
    "record return label": "登记退货面单答复",
    "cancel return label": "请求取消退货面单",
    "record return scans": "登记退货物流轨迹",
    "cancel exchange": "取消换货",
    "cancel parcel": "取消包裹",
    "cancel purchase": "取消采购单",
    "cancel reissue": "取消补发",
    "cancel": "取消",
    "capture part": "部分收款",
    "capture": "收款",
    "charge back": "退单扣款",
    "chase": "追查包裹",
    "close return": "关闭退货",
    "close": "关闭",
    "collect on delivery": "代收货款",
    "collect": "代收货款",
    "complete": "完成",
    "compensate": "赔付",
    "confirm receipt": "确认收货",
    "confirm refund": "确认退款",
    "confirm stock hold": "确认库存占用",
    "confirm": "确认",
    "count": "盘点",
    "deliver again": "再次签收",
    "deliver": "签收",
    "dispatch": "发货",
    "draft": "起草",
    "enter stage": "进入工序",
    "enter": "进入",
    "exchange": "换货",
    "describe item": "登记商品资料",
    "expect cash": "登记货到付款",
    "expect": "登记到货计划",
    "expire payment": "使付款过期",
    "expire": "过期",
    "fail": "记为失败",
    "find": "找回",
    "finish production": "完成生产",
    "finish": "完工",
    "found": "找回",
    "forfeit deposit": "没收定金",
    "forfeit": "没收定金",
    "free surplus": "释放多余预留",
    "free": "释放",
    "give up plan": "放弃计划",
    "go on": "继续",
    "hand over": "交运",
    "number parcel": "分配运单号",
    "send booking": "发送面单请求",
    "record booking": "登记面单答复",
    "set coupon": "登记优惠券",
    "hold credit": "挂起信用额度",
    "set credit": "设定信用额度",
    "lift credit hold": "解除信用额度挂起",
    "hold exchange": "挂起换货单",
    "hold lot": "挂起批次",
    "hold parcel": "挂起包裹",
    "hold payment": "挂起付款",
    "hold reissue": "挂起补发单",
    "hold return": "挂起退货单",
    "hold stock": "占用库存",
    "hold": "挂起",
    "inspect production": "检验产品",
    "inspect": "验收",
    "mend": "维修",
    "lapse stored value": "使储值失效",
    "lapse": "失效",
    "lift dispatch hold": "解除发货单挂起",
    "lift exchange hold": "解除换货单挂起",
    "lift hold": "解除挂起",
    "lift lot hold": "解除批次挂起",
    "lift parcel hold": "解除包裹挂起",
    "lift payment hold": "解除付款挂起",
    "lift purchase hold": "解除采购单挂起",
    "lift reissue hold": "解除补发单挂起",
    "lift return hold": "解除退货单挂起",
    "lift work order hold": "解除生产单挂起",
    "lose dispute": "争议败诉",
    "lose": "报失",
    "make ready": "备妥自提",
    "make": "生产",
    "miss balance": "尾款逾期",
    "miss instalment": "分期逾期",
    "miss terms": "账期逾期",
    "miss": "报缺件",
    "move stock": "移库",
    "open stored value": "开立储值",
    "open balance": "开放尾款",
    "owe at door": "货到付款",
    "pack": "打包",
    "weigh": "称重",
    "repack": "改装包裹",
    "pick short": "登记缺货拣货",
    "scan pick": "扫描拣货",
    "report shipped": "登记仓库发货",
    "mark": "贴标记",
    "pay back": "退回付款",
    "pay balance": "支付尾款",
    "pay over": "转付",
    "pay": "付款",
    "pick": "拣货",
    "place": "下单",
    "plan balance": "约定尾款",
    "plan production": "计划生产",
    "plan to buy": "计划采购",
    "plan to make": "计划生产",
    "promise": "承诺",
    "protect price": "价保",
    "purchase": "采购",
    "put right": "更正",
    "quote": "报价",
    "recall": "撤回",
    "receive back": "收回",
    "receive purchase": "采购收货",
    "receive return": "收退货",
    "receive supply": "到货入库",
    "receive": "收货",
    "record breakage": "登记破损",
    "record feed": "登记供应商库存",
    "record answer": "登记支付平台答复",
    "record notice": "登记支付通知",
    "record return scan": "登记退货扫描",
    "record scan": "登记扫描",
    "record talk": "登记沟通",
    "record scans": "登记一组扫描",
    "record shortfall": "登记供货不足",
    "redeem": "核销",
    "refund part": "部分退款",
    "invoice": "开票",
    "credit": "冲红",
    "refund": "退款",
    "refuse cancel dispatch": "拒绝取消发货单",
    "refuse cancel purchase": "拒绝取消采购单",
    "refuse dispatch": "拒绝发货单",
    "refuse purchase": "拒绝采购单",
    "refuse": "拒绝",
    "reissue": "补发",
    "repair": "维修",
    "reject exchange": "驳回换货",
    "reject quarantine": "待检不合格",
    "reject reissue": "驳回补发",
    "reject return": "驳回退货",
    "regrade": "改等级",
    "reinstate": "恢复",
    "reject": "驳回",
    "release quarantine": "待检放行",
    "release quota": "释放配额",
    "release stock hold": "释放库存占用",
    "release": "下发",
    "remit part": "部分汇回",
    "remit": "汇回",
    "reopen": "重新打开",
    "repeg": "更换供货来源",
    "report missing": "报缺件",
    "reprice": "改价",
    "repromise": "重新承诺",
    "reserve": "预留",
    "restock": "重新上架",
    "return compensation": "赔付退回",
    "record arrival": "登记不明来货",
    "attach arrival": "归入退货单",
    "send back arrival": "退回不明来货",
    "keep arrival": "留存不明来货",
    "send rejected": "寄回不合格退货",
    "receive rejected": "收回不合格退货",
    "keep rejected": "留存不合格退货",
    "return": "退货",
    "review": "审核",
    "rework": "返工",
    "scan serials": "扫描序列号",
    "scan": "扫描",
    "send dispatch": "发送发货单",
    "send purchase": "发送采购单",
    "send request": "发送支付请求",
    "send replacement": "发出换货",
    "send transfer": "发出调拨",
    "send": "发送",
    "set expiry": "设定有效期",
    "set limit": "设定限额",
    "set": "调整",
    "set quota": "设定配额",
    "settle deposit": "争议了结,余定金",
    "settle balance": "争议了结,尾款待付",
    "settle overdue": "争议了结,尾款逾期",
    "settle dispute": "了结争议",
    "settle empty": "争议了结,款项全失",
    "settle exchange": "了结换货",
    "settle part": "争议了结,余部分款项",
    "settle reissue": "了结补发",
    "settle whole": "争议了结,款项齐全",
    "settle": "了结",
    "ship direct": "供应商直发",
    "slip": "改期",
    "ship": "发货",
    "start production": "开始生产",
    "start": "开工",
    "stop buying": "停止采购",
    "stop making": "停止生产",
    "stop production": "停止生产",
    "stop": "停止",
    "supply": "供货",
    "support": "技术支持",
    "take back": "收回入库",
    "spend": "使用储值",
    "take deposit": "收取定金",
    "take stock": "盘点库位",
    "track": "查询轨迹",
    "top up": "充值",
    "turn back": "退回",
    "take in part": "部分签收",
    "change cash": "更改代收金额",
    "answer cash change": "答复代收金额更改",
    "undo exchange": "撤回换货",
    "undo": "撤回",
    "unreserve": "取消预留",
    "use": "使用",
    "void payment": "作废付款",
    "void": "作废",
    "win dispute": "争议胜诉",
    "work order": "生产",
    "weigh line": "称重",
    "write off": "报废核销",
}
"""What may be done, said as it is asked for: moves of the charts and verbs, with spaces."""

REASONS: Final[dict[str, str]] = {
    "the currency": "币种",
    "the customer": "客户",
    "the place of tax": "纳税地",
    "the seller": "卖方",
    "does not send it": "不发该商品",
    "does not serve the channel": "不服务该渠道",
    "does not serve the region": "不服务该地区",
    "each plan with it is worse": "不分配更优",
    "fewer units would be late, which the policy does not look for": "迟到会更少,但规则不求此项",
    "fewer units would be left out, which the policy does not look for": (
        "未分配会更少,但规则不求此项"
    ),
    "has none of it that is free": "没有可用的所需商品",
    "has none of it that this order may have": "没有此订单可用的所需商品",
    "has none of it": "没有所需商品",
    "has nothing to give of what is wanted": "没有可供的所需商品",
    "has sent all that it may": "当日发货量已满",
    "is closed": "暂停营业",
    "is pickup only": "仅供自提",
    "is too far away": "距离太远",
    "it would be as good": "结果相同",
    "it would cost less, which the policy does not look for": "费用会更低,但规则不求此项",
    "it would cost more": "费用会更高",
    "it would take fewer days, which the policy does not look for": "时间会更短,但规则不求此项",
    "it would take more days": "时间会更长",
    "keeps its last pieces": "保留最后几件",
    "lies at no known distance": "距离未知",
    "may not send it": "不可发该商品",
    "more units would be late": "迟到会更多",
    "more units would be left out": "未分配会更多",
    "no more places may ship": "发货地点数已达上限",
    "no place has all that must stay together": "没有一个地点能整体供应",
    "no place that may send it has any": "可发货的地点都没有该商品",
    "no plan was found": "找不到可行方案",
    "other lines had it": "已分配给其他行",
    "the places that have some may send no more": "有货的地点当日发货量已满",
    "the places that may send it have too few": "可发货的地点数量不足",
    "the policy sends less than it could": "按规则未全部分配",
    "there would be fewer shipments, which the policy does not look for": (
        "包裹会更少,但规则不求此项"
    ),
    "there would be more shipments": "包裹会更多",
    "what is worth so little leaves from one place": "金额过小,只从一个地点发货",
}
"""Why a location or a line is left out, in the words of the shipped policies."""

CONDITIONS: Final[dict[str, str]] = {"sound": "完好", "second": "二级品", "damaged": "残损"}
"""What goods are like that came back, as every shop says it."""

WORDS: Final[dict[str, str]] = MOVES_AND_VERBS | KINDS_AND_STATES | REASONS | CONDITIONS
"""The words of the trade that stand as figures in sentences; a noun before a verb of its name."""

HOLDS: Final[dict[str, str]] = {
    "amount_differs": "支付平台处理的金额不符",
    "answer_changed": "支付平台的答复前后不一",
    "came_back": "意外退回",
    "came_unasked": "未约定的来货",
    "other_serial": "序列号不符",
    "charged_back": "银行已扣回款项",
    "goods_never_came": "换货的旧货始终未退回",
    "lost_coming_back": "拒收的货物在退回途中丢失",
    "given_up": "已作废的货物重新出现",
    "instalment_overdue": "分期款逾期",
    "terms_overdue": "账期款逾期",
    "other_expiry": "有效期不一致",
    "other_order": "代收了其他订单的货款",
    "other_destination": "收货地址不同",
    "over_remitted": "承运商多汇",
    "overpaid": "付款多于应付",
    "cash_change": "代收金额待确认",
    "cash_to_look_for": "代收货款待核实",
    "scans_disagree": "物流轨迹与记录不符",
    "not_reserved": "未能预留",
    "paid_late": "逾期到账",
    "refund_failed": "退款失败",
    "reported_missing": "归档后报缺件",
    "serial_twice": "序列号重复",
    "shipped_unasked": "未约定的发货",
    "special_handling": "特殊处理",
    "to_agree": "待客户选择方案",
    "unasked_answer": "未询问的答复",
    "unexpected_answer": "意外答复",
    "unexpected_cash": "代收了非货到付款订单的货款",
    "unexpected_notice": "意外的支付通知",
    "unexpected_receipt": "意外的收货确认",
    "unexpected_report": "意外报告",
    "unknown_line": "未知订单行",
    "unknown_request": "未知的支付请求",
    "return_turned": "退货件被退回客户",
    "unexpected_scan": "意外扫描",
    "unexpected_settlement": "意外的争议结果",
    "won_back": "争议胜诉退回的款项未用于订单",
    "void_failed": "撤销授权失败",
    "shipped_while_held": "仓库已发出而系统未放行",
}
"""The holds that the library sets by itself, by code."""

_BY_ITSELF: Final = "系统记录"
"""The reason of such a hold, where it is told in Chinese: its name says what has happened."""

_REASON_GIVEN: Final = frozenset({"special_handling", "to_agree"})
"""The holds among them whose reason somebody else has given."""

_A_UNIT: Final = "a unit of line "
"""How a sentence begins that is about units: others of their order may stand elsewhere."""

ANY_DATE: Final = "any date"
"""Stands for the date of what was asked for as early as can be."""

_NAMED: Final = frozenset({"kind", "location", "outcome", "why", "fixing"})
_DONE: Final = frozenset({"move", "can", "asked"})
"""The figures that are words, or lists of them."""


def in_chinese(name: str, figure: str, facts: Mapping[str, str | int]) -> str:
    """A figure of a Chinese sentence: words of the trade are translated, names are left alone.

    `facts` are all figures of that sentence.
    """
    if name == "what":  # a kind and an id, or a unit of one
        if figure.startswith(_A_UNIT):
            line, _, order = figure.removeprefix(_A_UNIT).rpartition(" of order ")
            return f"订单 {order} 第 {line} 行有商品"
        kind = next((kind for kind in _LONGEST_FIRST if figure.startswith(f"{kind} ")), "")
        return f"{WORDS[kind]}{figure[len(kind) :]}" if kind else figure
    if name == "date":
        return "任何日期" if figure == ANY_DATE else figure
    if name == "hold":
        return HOLDS.get(figure, figure)
    if name == "reason":
        hold = facts.get("hold")
        return _BY_ITSELF if hold in HOLDS and hold not in _REASON_GIVEN else figure
    if name == "state":  # with the host's own stage, where units stand in one
        state, _, stage = figure.partition(", ")
        return f"{WORDS.get(state, state)}、{stage}" if stage else WORDS.get(state, state)
    if name in _NAMED:
        return WORDS.get(figure, figure)
    if name in _DONE:
        return "、".join(_asked_for(word) for word in figure.split(", "))
    return figure


def _asked_for(word: str) -> str:
    """What may be done; a stage that may be entered is called by the host's own name."""
    if word.startswith("enter ") and word not in MOVES_AND_VERBS:
        return f"{MOVES_AND_VERBS['enter']}“{word.removeprefix('enter ')}”"
    return MOVES_AND_VERBS.get(word) or WORDS.get(word, word)


_LONGEST_FIRST: Final = sorted(KINDS_AND_STATES, key=lambda kind: (-len(kind), kind))

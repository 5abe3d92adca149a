"""Rows in the form of the library's own tables: each made through the three types of its chart."""

from __future__ import annotations

from typing import Final

from orderflow.chart import Chart
from orderflow.states import (
    OrderFacts,
    OrderMove,
    OrderState,
    UnitMove,
    UnitState,
    has_lines,
    order_confirmed,
)
from orderflow.states.order import _Row

_O, _OM = OrderState, OrderMove

ORDER: Final[Chart[OrderState, OrderMove, OrderFacts]] = Chart(
    "order",
    OrderState,
    OrderMove,
    [
        _Row(_O.DRAFT, _OM.PLACE, _O.PLACED, (has_lines,)),
        _Row(_O.DRAFT, _OM.PLACE, UnitState.OPEN),  # E: mypy arg-type, pyright reportArgumentType
        _Row(UnitState.OPEN, _OM.PLACE, _O.PLACED),  # E: mypy arg-type, pyright reportArgumentType
        _Row(_O.DRAFT, UnitMove.CANCEL, _O.CANCELLED),  # E: mypy arg-type, pyright reportArgumentType
        _Row(_O.DRAFT, _OM.PLAEC, _O.PLACED),  # E: mypy attr-defined, pyright reportAttributeAccessIssue
        _Row(_O.DRAFT, _OM.PLACE, _O.PLACED, (order_confirmed,)),  # E: mypy arg-type, pyright reportArgumentType
        _Row(_O.DRAFT, _OM.PLACE, _O.PLACED, (has_lines, order_confirmed)),  # E: mypy arg-type, pyright reportArgumentType
    ],
    initial=_O.DRAFT,
    ends=[_O.ARCHIVED],
)

ORDER.advance(_O.DRAFT, _OM.PLAEC, OrderFacts("o-1", 1, 1, 1, 0, 0, "EUR", False))  # E: mypy attr-defined, pyright reportAttributeAccessIssue
ORDER.advance(UnitState.OPEN, _OM.PLACE, OrderFacts("o-1", 1, 1, 1, 0, 0, "EUR", False))  # E: mypy arg-type, pyright reportArgumentType

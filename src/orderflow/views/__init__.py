"""What people read off an order: the headline, and what each party may see.

It knows labels, readers and what is for whom, and refuses to know the clock and the screen.
"""

from __future__ import annotations

from orderflow.views.headlines import Headline, headline, quantity_by_state, quantity_by_status

__all__ = ["Headline", "headline", "quantity_by_state", "quantity_by_status"]

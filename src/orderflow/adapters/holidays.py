"""Public holidays, from the package `holidays` (the extra of that name).

It knows how that package is asked, and refuses to know which of its days a place takes off.

Its data change with its versions, since governments change their minds.
So a host asks once, keeps the dates in its calendar, and asks again when it chooses to; what was
promised in between stays as it was promised.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from orderflow.errors import BadInput
from orderflow.values import text, whole

try:
    import holidays
except ModuleNotFoundError as missing:
    raise ModuleNotFoundError(
        "public holidays need the package holidays: pip install 'orderflow-oms[holidays]'",
        name=missing.name,
    ) from missing


def closed_days(country: str, years: Iterable[int], *, subdivision: str = "") -> frozenset[date]:
    """The public holidays of a country in these years, or of a state or province of it.

    `country` is a code of ISO 3166 such as `DE`, `subdivision` its second part, such as `BY`.
    What the package does not know is `BadInput`.
    """
    text(country, "country")
    text(subdivision, "subdivision", empty=True)
    if not isinstance(years, Iterable):
        raise BadInput("years", "years are wanted, such as (2026, 2027)")
    asked = [whole(year, "years", least=1900, most=2199) for year in years]
    known = holidays.list_supported_countries()
    if country not in known:
        raise BadInput("country", "there is no such country (a code such as DE is wanted)")
    if subdivision and subdivision not in known[country]:
        can = ", ".join(known[country]) or "none"
        raise BadInput("subdivision", f"{country} has no such part (can: {can})")
    return frozenset(holidays.country_holidays(country, subdivision or None, asked))

"""The decimals of each currency, and an amount written with them.

It knows ISO 4217 as a table, and refuses to know amounts as values: those are in `money`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

_CODES: Final = {
    0: "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX UYI VND VUV XAF XOF XPF "
    "XAG XAU XBA XBB XBC XBD XDR XPD XPT XSU XTS XUA XXX",  # without a minor unit: see EXPONENTS
    2: "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BOV BRL BSD BTN BWP BYN BZD "
    "CAD CDF CHE CHF CHW CNY COP COU CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP "
    "GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK "
    "LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MXV MYR MZN NAD NGN NIO "
    "NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS "
    "SRD SSP STN SVC SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD USN UYU UZS VED VES WST "
    "XAD XCD XCG YER ZAR ZMW ZWG",
    3: "BHD IQD JOD KWD LYD OMR TND",
    4: "CLF UYW",
}

EXPONENTS: Final[Mapping[str, int]] = {
    code: decimals for decimals, codes in _CODES.items() for code in codes.split()
}
"""The decimals of each of the 178 active currency codes, by ISO 4217.

Thirteen codes (gold, the SDR, XTS, XXX and their like) have no minor unit; here the unit itself is
the smallest amount, and a part of one is refused.
A code that ISO withdraws stays in the table: journals outlive currencies.
"""


def in_main_unit(minor: int, currency: str) -> str:
    """Minor units as people write them, with all decimals of the currency.

    >>> in_main_unit(-1250, "EUR"), in_main_unit(7, "KWD"), in_main_unit(1250, "JPY")
    ('-12.50', '0.007', '1250')
    """
    decimals = EXPONENTS[currency]
    if not decimals:
        return str(minor)
    whole, rest = divmod(abs(minor), 10**decimals)
    return f"{'-' if minor < 0 else ''}{whole}.{rest:0{decimals}}"


def amount_said(minor: int, currency: str) -> str:
    """Minor units in a sentence, with their currency.

    >>> amount_said(2000, "EUR"), amount_said(2000, "KWD")
    ('20.00 EUR', '2.000 KWD')
    """
    return f"{in_main_unit(minor, currency)} {currency}"

"""What a carrier must know of a parcel beyond what we do: from where to where, and how large.

It knows addresses for the time of one question, and refuses to keep them.
"""

from __future__ import annotations

from typing import Final

import attrs

from orderflow.errors import BadInput
from orderflow.ports import Label
from orderflow.values import text, whole

LENGTH_MM_MAX: Final = 100_000


@attrs.frozen
class PostalAddress:
    """Where a parcel comes from or goes to; `country` is a code of ISO 3166 such as `DE`."""

    name: str
    street: str
    city: str
    postal_code: str
    country: str
    state: str = ""
    company: str = ""
    phone: str = ""
    email: str = ""

    def __attrs_post_init__(self) -> None:
        for field in attrs.fields(PostalAddress):
            wanted = field.name in ("city", "country")
            text(getattr(self, field.name), f"address.{field.name}", empty=not wanted)
        if len(self.country) != 2 or not (self.country.isascii() and self.country.isupper()):
            raise BadInput("address.country", "a code of two letters such as DE is wanted")


@attrs.frozen
class Consignment:
    """From where to where a parcel goes, and how large it is, in millimetres; 0 is not measured."""

    sender: PostalAddress
    recipient: PostalAddress
    length_mm: int = 0
    width_mm: int = 0
    height_mm: int = 0

    def __attrs_post_init__(self) -> None:
        for name in ("sender", "recipient"):
            if not isinstance(getattr(self, name), PostalAddress):
                raise BadInput(name, "a PostalAddress is wanted")
        for name in ("length_mm", "width_mm", "height_mm"):
            whole(getattr(self, name), name, least=0, most=LENGTH_MM_MAX)


@attrs.frozen
class PrintedLabel:
    """A label to be printed: its bytes, and their form as the carrier names it, such as `PDF`."""

    label: Label
    form: str
    content: bytes = attrs.field(repr=False)

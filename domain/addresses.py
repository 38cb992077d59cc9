"""Where the post finds a house: the words of an address, as in schema.org's PostalAddress.

Street and number are one text, since their order differs from country to country, and so do
blocks, stairs and corners. What a place does not tell of itself it has from the places above it: a
city says its name and country once, and each house its street, number and code.
"""

import re
from dataclasses import astuple, dataclass
from typing import Self

from domain.errors import InvalidError

LONGEST = 200
_COUNTRY = re.compile("[A-Z]{2}")


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """An address, or the parts of one that are known."""

    street: str | None = None
    """Street and house number, as they are written on a letter."""

    postal_code: str | None = None
    locality: str | None = None
    """City, town or village."""

    country: str | None = None
    """Two letters of ISO 3166-1."""

    @classmethod
    def checked(
        cls,
        street: str | None,
        postal_code: str | None,
        locality: str | None,
        country: str | None,
    ) -> Self:
        """An address of what somebody typed; spaces around it go, and empty parts are not known.

        Raises
        ------
        InvalidError
            A part is too long or not printable, or the country is not of two letters.
        """
        parts = {
            "street": street,
            "postalCode": postal_code,
            "locality": locality,
            "country": None if country is None else country.upper(),
        }
        told = {field: (text or "").strip() or None for field, text in parts.items()}
        for field, text in told.items():
            if text is not None and (len(text) > LONGEST or not text.isprintable()):
                message = f"{field} must be at most {LONGEST} printable characters"
                raise InvalidError(message, field=f"address.{field}")
        if told["country"] is not None and _COUNTRY.fullmatch(told["country"]) is None:
            raise InvalidError(
                "country must be two letters, such as MD (ISO 3166-1)", field="address.country"
            )
        return cls(*told.values())

    @property
    def is_known(self) -> bool:
        """Whether anything of it is."""
        return any(astuple(self))

    @property
    def line(self) -> str:
        """It in one line, as letters are addressed in Europe; the country goes without saying."""
        place = " ".join(part for part in (self.postal_code, self.locality) if part)
        return ", ".join(part for part in (self.street, place) if part)

"""What a tenant shows instead of the product: a name, two colours, a logo."""

import strawberry

from tenants import models


@strawberry.type(description="What a tenant's people see instead of the product's own.")
class Brand:
    """Empty parts are the product's own."""

    name: str | None
    colour: str | None = strawberry.field(description="#RRGGBB, on light ground.")
    colour_dark: str | None = strawberry.field(description="#RRGGBB, on dark ground.")
    logo_url: str | None = strawberry.field(description="Of a picture, over HTTPS.")

    @classmethod
    def of(cls, row: models.Tenant) -> "Brand":
        """Build the view of a row."""
        return cls(
            name=row.brand_name,
            colour=row.brand_colour,
            colour_dark=row.brand_colour_dark,
            logo_url=row.brand_logo_url,
        )

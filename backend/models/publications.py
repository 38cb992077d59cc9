"""What a house shows to everybody who was told the address."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import BalanceGroupId
from tenants.orm import Base, TenantOwned


class Publication(TenantOwned, Base):
    """The comparison of the groups below a group, open to the public until it is taken back."""

    __tablename__ = "publication"
    __table_args__ = (
        UniqueConstraint("tenant_id", "word"),
        ForeignKeyConstraint(
            ["tenant_id", "group_id"], ["balance_group.tenant_id", "balance_group.id"]
        ),
    )

    group_id: Mapped[BalanceGroupId] = mapped_column(primary_key=True, autoincrement=False)
    word: Mapped[str]
    """Chance that stands in the address: nobody finds it by trying."""

    published_at: Mapped[datetime]
    published_by: Mapped[str]

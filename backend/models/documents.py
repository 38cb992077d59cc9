"""Documents that were issued, kept to the letter so that their hash can be checked again."""

from datetime import datetime

from sqlalchemy import ForeignKeyConstraint, func
from sqlalchemy.orm import Mapped, mapped_column

from domain.identity import SiteId
from tenants.orm import Base, TenantOwned


class IssuedDocument(TenantOwned, Base):
    """What a document says; the same content is the same document, however often it is issued."""

    __tablename__ = "issued_document"
    __table_args__ = (
        ForeignKeyConstraint(["tenant_id", "site_id"], ["site.tenant_id", "site.id"]),
    )

    hash: Mapped[str] = mapped_column(primary_key=True)
    """SHA-256 of the content in UTF-8, in hexadecimal digits."""

    kind: Mapped[str]
    site_id: Mapped[SiteId]
    content: Mapped[str]
    """JSON in canonical form: keys in order, no spaces."""

    issued_at: Mapped[datetime] = mapped_column(server_default=func.now())
    issued_by: Mapped[str]

"""Whether a certificate of volunteering was issued under a number: for whoever is shown one."""

from __future__ import annotations

from datetime import date

import strawberry

from api.core.context import Context
from projections.candidatures import queries


@strawberry.type(description="Whether a certificate of volunteering is genuine. Public: it names nobody.")
class CertificateCheck:
    number: str = strawberry.field(description="The number that was asked for, as certificates have it.")
    genuine: bool = strawberry.field(description="Whether a certificate was issued under this number.")
    issued_on: date | None = strawberry.field(description="The day it was issued.")


async def certificate_check(context: Context, number: str) -> CertificateCheck:
    # Whoever copies a number may copy what nobody sees, of which PostgreSQL cannot look for everything.
    normal = "".join(char for char in number if char.isprintable() and not char.isspace()).upper()[:40]
    read = await context.read()
    rows = await read.rows(read.sql(queries.CERTIFICATE), {"number": normal})
    return CertificateCheck(number=normal, genuine=bool(rows), issued_on=rows[0]["certificate_on"] if rows else None)

"""The pages of signed sheets in the facts of a dossier.

`sheet` is the last page, all there was before sheets had several; `sheets` is there only where there are several.
"""

from __future__ import annotations

from typing import Any

from domain.animations.events import AttendanceSheetAttached, AttendanceSheetWithdrawn
from domain.files.pages import with_page, without_page
from domain.service_dossiers.events import ServiceLine

Facts = dict[str, Any]

_PAGE = {"file_name", "media_type", "size", "sha256"}


def attached(animation: Facts, fact: AttendanceSheetAttached, act: Facts) -> Facts:
    """Return what changes of an animation with a further page."""
    pages = pages_of(animation)
    replaced = [digest for digest in fact.replaces or () if digest in pages]
    after = with_page(pages, fact.sha256, fact.model_dump(mode="json", include=_PAGE), fact.replaces)
    withdrawals = [{"sha256": digest, **act, "reason": fact.reason, "replaced_by": fact.sha256} for digest in replaced]
    return _shown(animation, after, withdrawals)


def withdrawn(animation: Facts, fact: AttendanceSheetWithdrawn, act: Facts) -> Facts:
    """Return what changes of an animation without a page."""
    withdrawal = {"sha256": fact.sha256, **act, "reason": fact.reason, "replaced_by": None}
    return _shown(animation, without_page(pages_of(animation), fact.sha256), [withdrawal])


def pages_of(animation: Facts) -> dict[str, Facts]:
    """Return the pages of an animation's sheet, by digest."""
    pages: list[Facts] = animation.get("sheets") or ([animation["sheet"]] if animation["sheet"] else [])
    return {page["sha256"]: page for page in pages}


def _shown(animation: Facts, pages: dict[str, Facts], withdrawals: list[Facts]) -> Facts:
    all_pages, before = list(pages.values()), animation.get("withdrawn_sheets", [])
    several = {"sheets": all_pages} if len(all_pages) > 1 else {}
    rest = {name: value for name, value in animation.items() if name != "sheets"}
    history = {"withdrawn_sheets": [*before, *withdrawals]} if before or withdrawals else {}
    return {**rest, "sheet": all_pages[-1] if all_pages else None, **several, **history}


def submitted_line(line: ServiceLine, with_rate: bool) -> Facts:
    """Return a line as it was submitted."""
    fields = line.model_dump(mode="json", exclude=set() if with_rate else {"rate"})
    pages = fields.pop("sheets")
    rate = {"rate": fields.pop("rate")} if with_rate else {}
    several = {"sheets": pages} if len(pages) > 1 else {}
    return {**fields, "sheet": pages[-1] if pages else None, **several, **rate}


def submitted_sheets(submitted: Facts | None) -> list[str]:
    """Return the SHA-256 of the pages of a line as they were submitted."""
    if submitted is None or submitted["sheet"] is None:
        return []
    digests: list[str] = submitted.get("sheets", [submitted["sheet"]])
    return digests

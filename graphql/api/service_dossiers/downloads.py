"""Downloads of a service dossier: its pieces as uploaded, the dossier as PDF and CSV, the bundle.

For its structure, the coordonnateurs of its territory, the national team and auditors.
"""

from __future__ import annotations

import logging
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

from anyio import CapacityLimiter, to_thread
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import FileResponse, Response

from api.core.answers import Refused
from api.core.context import Context, Services
from api.core.per_loop import PerLoop
from api.downloads.csv_table import CSV, csv_table
from api.downloads.file_names import disposition, file_name
from api.downloads.file_responses import HARMLESS, answered, denied, id_in_path, kept_file
from api.service_dossiers.lines import dossier_lines
from api.service_dossiers.rates import rate_and_amount
from api.service_dossiers.table import HEADERS, rows
from api.service_dossiers.types import ServiceDossier, load_dossier
from application.files.store import BadStoredFile
from application.papers.dossier_of_facts import pdf_of_facts
from application.proof.bundle import DossierProof, Prover, export_bundle, facts_now
from application.proof.completeness.committing import MapCommits
from application.proof.dossier_streams import CannotBeProved
from application.proof.signer_memory import KeyRetired, SigningRefused
from domain.kernel.rights import Action, Scope, scope_of
from eventstore.records import UnreadableEvent

log = logging.getLogger(__name__)

_MOST_AT_ONCE = 4
#: Bounds the number of papers at a time: each holds a connection while the signing needs another.
_papers = PerLoop("papers of dossiers", lambda: CapacityLimiter(_MOST_AT_ONCE))


class DossierPapers:
    """The endpoints of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def piece(self, request: Request) -> Response:
        """Answer with the exact bytes of an attached piece, or an error."""
        return await answered(self._services, request, _piece)

    async def csv(self, request: Request) -> Response:
        """Answer with the animations of the dossier as CSV, a row each."""
        return await answered(self._services, request, _csv)

    async def pdf(self, request: Request) -> Response:
        """Answer with the dossier as PDF, from its events up to now."""
        return await answered(self._services, request, _pdf, by_replicas=False)

    async def bundle(self, request: Request) -> Response:
        """Answer with the bundle that proves the dossier, for `parentalite audit verify`."""
        return await answered(self._services, request, _bundle, by_replicas=False)


async def _csv(context: Context, request: Request) -> Response:
    dossier = await readable_dossier(context, request)
    # A few hundred rows: built whole, so that errors are answered as such.
    _, amount = await rate_and_amount(context, dossier.row)
    table = b"".join(csv_table(HEADERS, rows(dossier, amount, await dossier_lines(context, dossier.row))))
    headers = {**HARMLESS, "Content-Disposition": _named(dossier, "attachment", "Animations du service fait", "csv")}
    return Response(table, 200, headers, CSV)


async def _pdf(context: Context, request: Request) -> Response:
    dossier = await readable_dossier(context, request)
    await context.close()
    with _telling_why():
        content = await to_thread.run_sync(_typeset, context, UUID(dossier.id), limiter=_papers())
    headers = {**HARMLESS, "Content-Disposition": _named(dossier, "inline", "Service fait", "pdf")}
    return Response(content, 200, headers, "application/pdf")


async def _bundle(context: Context, request: Request) -> Response:
    dossier = await readable_dossier(context, request)
    await context.close()
    folder = Path(await to_thread.run_sync(tempfile.mkdtemp))
    path = folder / "bundle.zip"
    try:
        with _telling_why():
            proof = await to_thread.run_sync(_export, context, UUID(dossier.id), path, limiter=_papers())
    except BadStoredFile as bad:
        shutil.rmtree(folder)
        raise Refused(409, "FILE_UNAVAILABLE", str(bad)) from None
    except BaseException:
        shutil.rmtree(folder)
        raise
    headers = {**HARMLESS, "Content-Disposition": _named(dossier, "attachment", "Preuves du service fait", "zip")}
    if context.services.authority is not None:
        headers["Time-Stamp"] = "none yet" if proof.checkpoint.stamp is None else "included"
    if proof.is_cosigned is not None:
        headers["Cosignatures"] = "quorum" if proof.is_cosigned else "not yet"
    return FileResponse(path, 200, headers, "application/zip", background=BackgroundTask(shutil.rmtree, folder))


def _named(dossier: ServiceDossier, kind: str, what: str, ending: str) -> str:
    name = file_name(ending, what, dossier.structure.name, first=dossier.period_from, last=dossier.period_until)
    return disposition(kind, name)


@contextmanager
def _telling_why() -> Iterator[None]:
    """Refuse what cannot be proved or signed now, saying why. Whoever runs the site finds the same words in the log."""
    try:
        yield
    except (CannotBeProved, UnreadableEvent) as error:
        log.error("a dossier cannot be proved: parentalite audit check names what was altered", exc_info=error)
        message = f"Ce dossier ne peut pas être prouvé : le journal a été altéré ou ne peut pas être lu ({error})."
        raise Refused(409, "NOT_PROVABLE", message) from None
    except KeyRetired:
        log.error("the checkpoint key was replaced: restart this process with the new one")
        message = "La clé de signature vient d'être remplacée : réessayez une fois le service redémarré."
        raise Refused(503, "KEY_RETIRED", message) from None
    except SigningRefused as refused:
        log.error("the log is not signed", extra={"reason": str(refused)})
        message = "L'historique n'est pas signé en ce moment : le service technique en est averti."
        raise Refused(503, "NOT_SIGNED", message) from None


def _typeset(context: Context, dossier_id: UUID) -> bytes:
    services = context.services
    with services.application.pool.connection() as conn:
        facts, note = facts_now(conn, _prover(services), dossier_id, context.now)
    return pdf_of_facts(facts, note)


def _prover(services: Services) -> Prover:
    commit_map = services.shared(MapCommits, execute=services.application.execute)
    vault, key = services.application.vault, services.checkpoint_key
    return Prover(vault, key, commit_map, services.authority, services.witnesses)


def _export(context: Context, dossier_id: UUID, path: Path) -> DossierProof:
    services = context.services
    with services.application.pool.connection() as conn:
        return export_bundle(path, conn, _prover(services), dossier_id, context.now, services.files.read)


async def _piece(context: Context, request: Request) -> Response:
    dossier = await readable_dossier(context, request)
    for piece in dossier.pieces:
        if piece.sha256 == request.path_params["sha256"]:
            return await kept_file(context, request, piece.sha256, piece.file_name, piece.media_type)
    raise Refused(404, "NOT_FOUND", "Aucune pièce du dossier n'a cette empreinte.")


async def readable_dossier(context: Context, request: Request) -> ServiceDossier:
    """Return the dossier in the path. Raises Refused if it does not exist or is not for the asker."""
    dossier = await load_dossier(context, id_in_path(request))
    if dossier is None:
        anywhere = scope_of(context.actor, Action.STRUCTURE_READ) is Scope.ANYWHERE
        raise Refused(404, "NOT_FOUND", "Dossier : introuvable.") if anywhere else denied(context.actor)
    return dossier

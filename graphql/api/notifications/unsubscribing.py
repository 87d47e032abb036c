"""Unsubscribe by a link: a page that asks, and the one click of mail programs (RFC 8058).

A GET changes nothing: virus scanners follow every link of an e-mail.
"""

from __future__ import annotations

from html import escape

from anyio import to_thread
from starlette.requests import Request
from starlette.responses import Response

from api.core.context import Services
from api.core.incidents import report
from application.notifications.unsubscribing import PURPOSE, Unsubscribe
from domain.kernel.actors import PUBLIC
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.validation import validated
from eventstore.unavailable import is_unavailable

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
    ),
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
_PAGE = """<!doctype html>
<html lang="fr">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>{title}</title>
<style>
body {{ font-family: Marianne, Arial, sans-serif; color: #312A74; max-width: 36em; margin: 3em auto; padding: 0 1em }}
button {{ font: inherit; background: #312A74; color: #fff; padding: .7em 1.2em; border: 0; border-radius: .4em }}
</style>
</head>
<body><main><h1>{title}</h1>{body}</main></body>
</html>
"""
_ASK = (
    "<p>Voulez-vous ne plus recevoir ces messages par e-mail ?</p>"
    '<form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
    "<button>Ne plus recevoir ces messages</button></form>"
)


class Unsubscribing:
    """The endpoints of one process."""

    def __init__(self, services: Services) -> None:
        self._services = services

    async def ask(self, request: Request) -> Response:
        """Answer with the page that has the button."""
        services = self._services
        try:
            command = validated(Unsubscribe, {"link": request.path_params["link"]})
            await to_thread.run_sync(lambda: services.application.links.read(PURPOSE, command.link, "link"))
        except DomainError:
            return _bad_link()
        return _page(200, "Ne plus recevoir ces messages", _ASK)

    async def do(self, request: Request) -> Response:
        """Unsubscribe. The link alone identifies and authorises; the body is ignored."""
        services, now = self._services, self._services.clock()

        def execute() -> None:
            command = validated(Unsubscribe, {"link": request.path_params["link"]})
            services.application.execute(command, PUBLIC, now)

        try:
            await to_thread.run_sync(execute)
        except DomainError as refused:
            if refused.code is ErrorCode.INVALID:
                return _bad_link()
            if refused.code is not ErrorCode.RULE_BROKEN:
                return _later()
            # Already unsubscribed, or removed from the list: the outcome is the same.
        except Exception as error:
            if is_unavailable(error):
                return _later()
            incident = escape(str(report(error)))
            return _page(500, "Erreur inattendue", f"<p>Elle est notée sous le numéro {incident}.</p>")
        return _page(200, "C'est fait", "<p>Vous ne recevrez plus ces messages par e-mail.</p>")


def _later() -> Response:
    return _page(503, "Réessayez plus tard", "<p>Votre demande n'a pas pu être notée.</p>", "30")


def _bad_link() -> Response:
    return _page(
        404,
        "Ce lien n'est pas valable",
        "<p>Reprenez-le entier, tel qu'il figure dans le message reçu.</p>",
    )


def _page(status: int, title: str, body: str, retry_after: str | None = None) -> Response:
    headers = _HEADERS if retry_after is None else {**_HEADERS, "Retry-After": retry_after}
    return Response(_PAGE.format(title=title, body=body), status, headers, "text/html")

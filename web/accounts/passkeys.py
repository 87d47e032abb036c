"""One's own passkeys: register, revoke. `/mon-compte/cles`."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from web.core.act_page import ActPage
from web.core.acts import Act
from web.core.documents import document
from web.core.forms import Field, Form

_PASSKEYS = document("accounts/passkeys")
_REGISTER = Act(
    "enregistrer",
    document("accounts/register_passkey"),
    "Enregistrer une clé d'accès",
    "Enregistrer",
    "La clé est enregistrée. Vous pouvez signer avec elle.",
    (
        Field("clientDataJSON", "Clé", hidden=True, needed=True),
        Field("attestationObject", "Clé", hidden=True, needed=True),
    ),
)
_REVOKE = Act(
    "retirer",
    document("accounts/revoke_passkey"),
    "Retirer cette clé",
    "Retirer la clé",
    "La clé est retirée. Ce qu'elle a signé reste signé.",
    (Field("credentialId", "Clé", hidden=True, needed=True),),
    "Si vous avez perdu l'appareil, ou s'il ne sert plus. Elle ne signera plus rien.",
)


class OwnPasskeys(ActPage):
    """The keys with which who is signed in signs acts."""

    path, acts = "/mon-compte/cles", (_REGISTER, _REVOKE)
    versioned = False

    async def page(self, request: Request, posted: Form | None) -> Response:
        viewer = (await self._site.api.ask(request, _PASSKEYS, {}))["viewer"]
        response = self._site.templates.scripted_page(
            request,
            "accounts/passkeys",
            422 if posted else 200,
            signs=viewer["signs"],
            options=viewer["passkeyOptions"],
            keys=[
                (each, self._acts.form(request, _REVOKE.name, None, credentialId=each["credentialId"]))
                for each in viewer["passkeys"]
            ],
            registering=self._site.guard.form(request, ()),
            revoke=_REVOKE,
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)

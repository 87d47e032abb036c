"""One's own account: what happened, e-mails, passkeys, and one's data. `/mon-compte`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import BaseRoute

from web.accounts.roles import DESKS, ROLES
from web.accounts.waiting import tasks
from web.core.documents import document
from web.core.forms import Field, Form
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem
from web.core.site import Site

_ACCOUNT, _PREFER, _ERASE = document("accounts/account"), document("accounts/prefer"), document("accounts/erase")
_MARK_READ = document("accounts/mark_read")
#: What no e-mails may be wanted of: kinds of notifications by what their codes begin with, the longest that fits.
GROUPS = {
    "ANIMATION": ("Les animations", ("ANIMATION_",)),
    "REQUEST": ("Les demandes d'animation des établissements", ("ANIMATION_REQUEST_",)),
    "REGISTRATION": ("Les personnes à prévenir par téléphone", ("REGISTRATION_",)),
    "CANDIDATURE": ("Les candidatures de parents", ("CANDIDATURE_",)),
    "DOSSIER": ("Les dossiers et les contrôles", ("DOSSIER_", "CONTROL_")),
    "PUBLICATION": ("Les actualités et les ressources", ("PUBLICATION_",)),
    "CONVENTION": ("Les conventions", ("CONVENTION_",)),
    "STRUCTURE": (
        "La structure : contacts, invitations, personnes",
        ("CONTACT_", "INVITATION_", "MEDIATEUR_", "SPEAKER_", "STRUCTURE_"),
    ),
    "WEBHOOK": ("Les abonnements d'autres logiciels", ("WEBHOOK_",)),
}
_EMAIL = Field(
    "email",
    "Adresse e-mail",
    "email",
    "Sans adresse, vous ne recevez aucun message. Format attendu : nom@exemple.fr",
    autocomplete="email",
)
_MUTED = Field("mutedCodes", "Ne m'écrivez pas pour", "choices")
#: The latest notice that the page showed: what came since stays new.
_READ = (Field("upTo", "Nouveauté", hidden=True, needed=True),)
_DONE = {
    "preferences": "Vos préférences sont enregistrées.",
    "lues": "C'est noté : vous avez tout lu.",
    "invitation": "L'invitation est acceptée : vous parlez désormais pour la structure, dans votre espace.",
}
_CONSENT = Field("consent", "Je veux effacer mes données. Je sais que c'est définitif.", "checkbox", required=True)
_ERASED = "/mon-compte/efface"


class OwnAccount:
    """The pages of the signed-in person, about themself."""

    def __init__(self, site: Site) -> None:
        self._site = site

    @property
    def routes(self) -> Sequence[BaseRoute]:
        desk, path = self._site.desk, "/mon-compte"
        return [
            *(desk(path, self.show, "GET"), desk(path, self.prefer, "POST")),
            desk(f"{path}/lues", self.mark_read, "POST"),
            *(desk(f"{path}/effacer", self.ask_to_erase, "GET"), desk(f"{path}/effacer", self.erase, "POST")),
            self._site.route(_ERASED, self.erased),
        ]

    async def show(self, request: Request) -> Response:
        return self._page(request, *await self._account(request))

    async def prefer(self, request: Request) -> Response:
        form = await self._site.guard.posted(request, (_EMAIL, _MUTED))
        viewer, codes = await self._account(request)
        form.fields = _preferences(codes)
        if form.failed:
            return self._page(request, viewer, codes, form)
        ticked = form.values["mutedCodes"].split("\n")
        values = form.input() | {"mutedCodes": _muted(ticked, _stored(viewer), codes)}
        payload = (await self._site.api.ask(request, _PREFER, {"input": values}))["mailPreferencesSet"]
        if not payload["errors"]:
            return RedirectResponse("/mon-compte?fait=preferences", 303)
        form.refuse(payload["errors"])
        return self._page(request, viewer, codes, form)

    async def mark_read(self, request: Request) -> Response:
        form = await self._site.guard.posted(request, _READ)
        values = form.input()
        if not form.failed:
            # To repeat it is safe: the mutation takes no key.
            answer = await self._site.api.ask(request, _MARK_READ, {"input": {"upTo": values["upTo"]}})
            if not answer["notificationsMarkRead"]["errors"]:
                return RedirectResponse("/mon-compte?fait=lues", 303)
            form.refuse(answer["notificationsMarkRead"]["errors"])
        return self._page(request, *await self._account(request), form)

    async def ask_to_erase(self, request: Request) -> Response:
        return await self._erasing(request, self._site.guard.form(request, (_CONSENT,)))

    async def erase(self, request: Request) -> Response:
        """Erase the signed-in person, once they confirmed. Repeating it is safe: the mutation takes no key."""
        form = await self._site.guard.posted(request, (_CONSENT,))
        if not form.values["consent"]:
            form.errors["consent"] = "Confirmation : cochez la case pour effacer vos données."
        if not form.failed:
            payload = (await self._site.api.ask(request, _ERASE, {"input": {}}))["personErase"]
            if not payload["errors"]:
                response = RedirectResponse(_ERASED, 303)
                # The token of an erased person is worth nothing.
                self._site.sessions.end(request, response)
                return response
            form.refuse(payload["errors"])
        return await self._erasing(request, form)

    async def erased(self, request: Request) -> Response:
        return self._site.templates.page(request, "accounts/erased")

    async def _account(self, request: Request) -> tuple[Mapping[str, Any], set[str]]:
        """Return the signed-in person, and the codes of the notifications that come to them."""
        viewer = (await self._site.api.ask(request, _ACCOUNT, page_variables(request.query_params)))["viewer"]
        return viewer, set(viewer["notificationCodes"])

    def _page(
        self, request: Request, viewer: Mapping[str, Any], codes: set[str], posted: Form | None = None
    ) -> Response:
        muted, email = _stored(viewer), (viewer["mailPreferences"] or {}).get("email") or ""
        ticked = [name for name in _offered(codes) if _within(name, codes) <= muted]
        stored = {"email": email, "mutedCodes": "\n".join(ticked)}
        notices, guard = viewer["notifications"], self._site.guard
        latest = notices["nodes"][0]["id"] if notices["nodes"] else ""
        sent = posted if posted is not None and _EMAIL in posted.fields else None
        # Who hears of nothing may still take an address back.
        has_mail = bool(codes or email)
        response = self._site.templates.page(
            request,
            "accounts/account",
            422 if posted else 200,
            viewer=viewer,
            leaving=guard.form(request, ()),
            marking=guard.form(request, _READ, upTo=latest),
            around=pages_around(request, notices["pageInfo"]),
            preferences=(sent or guard.form(request, _preferences(codes), **stored)) if has_mail else None,
            role=ROLES.get(viewer["role"], viewer["role"]),
            desk=DESKS.get(viewer["role"]),
            tasks=tasks(DESKS.get(viewer["role"]), viewer["waiting"]),
            posted=posted,
            done=_DONE.get(request.query_params.get("fait", "")),
        )
        return guard.keep(request, response)

    async def _erasing(self, request: Request, form: Form) -> Response:
        # The national team erases others, by their names: there is nothing of a person to erase behind its role.
        viewer, _codes = await self._account(request)
        if viewer["role"] == "NATIONAL":
            raise Problem.missing()
        shown = {"form": form, "viewer": viewer, "role": ROLES.get(viewer["role"], viewer["role"])}
        response = self._site.templates.page(request, "accounts/erasing", 422 if form.failed else 200, **shown)
        return self._site.guard.keep(request, response)


def _preferences(codes: set[str]) -> tuple[Field, ...]:
    """Return the fields of the preferences, with the groups of what comes to the person."""
    options = [(name, GROUPS[name][0]) for name in _offered(codes)]
    return (_EMAIL, replace(_MUTED, options=options)) if options else (_EMAIL,)


def _offered(codes: set[str]) -> list[str]:
    return [name for name in GROUPS if _within(name, codes)]


def _within(group: str, codes: set[str]) -> set[str]:
    return {code for code in codes if group_of(code) == group}


def group_of(code: str) -> str:
    """Return the group of a kind of notifications, or "" where it is in none."""
    starts = {start: name for name, (_label, group) in GROUPS.items() for start in group if code.startswith(start)}
    return starts[max(starts, key=len)] if starts else ""


def _stored(viewer: Mapping[str, Any]) -> set[str]:
    return set((viewer["mailPreferences"] or {}).get("mutedCodes") or ())


def _muted(ticked: Sequence[str], stored: set[str], codes: set[str]) -> list[str]:
    """Return the codes to mute: those of groups ticked, and what was muted by itself of groups that were not.

    What does not come to the person in this role stays as it was.
    """
    muted = stored - codes
    for name in _offered(codes):
        group = _within(name, codes)
        muted |= group if name in ticked else stored & group if not group <= stored else set()
    return sorted(muted)

"""Subscriptions of other systems (webhooks), at the desks of structures, coordonnateurs and the national team."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute

from web.core.acts import Acts, ShownAct
from web.core.desks import chosen
from web.core.documents import document
from web.core.forms import Form
from web.core.narrowing import not_among, not_named
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem
from web.core.site import Site
from web.webhooks.acts import ACTS, OPEN, REPLAY, SUBSCRIBE
from web.webhooks.words import PAUSES, STATES, STATUSES, failure, families, followed, owner_of

_LISTING, _WEBHOOK = document("webhooks/listing"), document("webhooks/webhook")
_NATION = ("nation", "Tout le pays")


@dataclass(frozen=True, slots=True)
class Desk:
    """Where subscriptions are kept, and by whom."""

    path: str
    label: str
    role: str


DESKS = (
    Desk("/structure", "Mes événements", "STRUCTURE"),
    Desk("/territoire", "Mon territoire", "COORDONNATEUR"),
    Desk("/moderation", "Modération", "NATIONAL"),
)


class WebhooksDesk:
    """The list of subscriptions with the form of a new one, and each with what was sent."""

    def __init__(self, site: Site, desk: Desk) -> None:
        self._site, self._desk = site, desk
        self._subscribing, self._acts = Acts(site, (SUBSCRIBE,)), Acts(site, ACTS)

    @property
    def routes(self) -> Sequence[BaseRoute]:
        path, desk = f"{self._desk.path}/abonnements", self._site.desk
        webhook = f"{path}/{{id}}"
        return [
            *(desk(path, self.list, "GET"), desk(path, self.subscribe, "POST")),
            *(desk(webhook, self.show, "GET"), desk(webhook, self.act, "POST")),
        ]

    async def list(self, request: Request) -> Response:
        return await self._list(request)

    async def subscribe(self, request: Request) -> Response:
        outcome = await self._subscribing.attempt(request)
        if isinstance(outcome, Response):
            return outcome
        if isinstance(outcome, Form):
            return await self._list(request, outcome)
        # The secret is shown on this very page: it stands in no address and is nowhere kept.
        _, payload = outcome
        if (webhook := payload["webhook"]) is None:
            return await self._list(request, secret=payload["secret"])
        return await self._page(request, webhook["id"], secret=payload["secret"])

    async def show(self, request: Request) -> Response:
        return await self._page(request, request.path_params["id"])

    async def act(self, request: Request) -> Response:
        webhook = request.path_params["id"]
        outcome = await self._acts.attempt(request, versioned=True, webhookId=webhook)
        if isinstance(outcome, Response):
            return outcome
        if isinstance(outcome, Form):
            return await self._page(request, webhook, outcome)
        act, payload = outcome
        if secret := payload.get("secret"):
            return await self._page(request, webhook, secret=secret)
        return self._acts.led(request, act, payload)

    async def _list(self, request: Request, posted: Form | None = None, secret: str | None = None) -> Response:
        answer = await self._site.api.ask(request, _LISTING, page_variables(request.query_params))
        viewer, webhooks, kinds = answer["viewer"], answer["webhooks"], answer["webhookKinds"]
        of_structures = self._desk.role == "STRUCTURE"
        offered = [each for each in kinds if each["reachesStructures"] or not of_structures]
        owners = self._owners(viewer)
        if webhooks is None or viewer["role"] != self._desk.role or not owners:
            raise Problem.missing()
        preset = [each for each, _ in owners if len(owners) == 1 or each.partition(":")[2] == chosen(request)]
        only = {"owner": preset[0]} if preset else {}
        form = self._subscribing.form(request, SUBSCRIBE.name, posted, **only)
        options = {"owner": owners, "families": families(offered)}
        form.fields = [replace(each, options=options.get(each.name, ())) for each in form.fields]
        response = self._site.templates.page(
            request,
            "webhooks/listing",
            422 if posted else 200,
            desk=self._desk,
            webhooks=webhooks,
            statuses=STATUSES,
            owner_of=owner_of,
            followed=lambda chosen: followed(chosen, kinds),
            failure=failure,
            kinds=offered,
            secret=secret,
            act=SUBSCRIBE,
            form=form,
            posted=posted,
            around=pages_around(request, webhooks["pageInfo"]),
        )
        return self._site.guard.keep(request, response)

    async def _page(
        self, request: Request, webhook_id: str, posted: Form | None = None, secret: str | None = None
    ) -> Response:
        params = request.query_params
        state = params.get("etat", "") if params.get("etat") in STATES else ""
        variables = {"id": webhook_id, "state": state or None} | page_variables(params)
        answer = await self._site.api.ask(request, _WEBHOOK, variables)
        webhook, deliveries = answer["node"], answer["webhookDeliveries"]
        if not webhook or deliveries is None or answer["viewer"]["role"] != self._desk.role:
            raise Problem.missing()
        path = f"{self._desk.path}/abonnements/{webhook_id}"
        response = self._site.templates.page(
            request,
            "webhooks/webhook",
            422 if posted else 200,
            desk=self._desk,
            base=path,
            webhook=webhook,
            owner=owner_of(webhook),
            standing=STATUSES[webhook["status"]],
            pause=PAUSES.get(webhook["pausedBecause"]),
            follows=followed(webhook["kinds"], answer["webhookKinds"]),
            sentences={each["kind"]: each["sentence"] for each in answer["webhookKinds"]},
            failure=failure,
            last=next(iter(answer["delivered"]["nodes"]), None),
            deliveries=deliveries,
            states=[{"code": code, "label": label} for code, label in STATES.items()],
            chosen=state,
            unknown=[*not_among(params, {"etat": ("État", STATES)}), *not_named(request, "etat")],
            secret=secret,
            acts=self._open(request, webhook, answer["firstDead"]["nodes"], posted),
            posted=posted,
            done=self._acts.done(request),
            around=pages_around(request, deliveries["pageInfo"], "#messages"),
        )
        return self._site.guard.keep(request, response)

    def _owners(self, viewer: Mapping[str, Any]) -> Sequence[tuple[str, str]]:
        """Return whose events the reader may have sent."""
        if self._desk.role == "STRUCTURE":
            return [(f"structureId:{each['id']}", each["name"]) for each in viewer["structures"] or ()]
        if self._desk.role == "COORDONNATEUR":
            return [(f"territory:{each['code']}", each["name"]) for each in viewer["inTerritories"] or ()]
        return (_NATION,)

    def _open(
        self, request: Request, webhook: Mapping[str, Any], dead: Sequence[Mapping[str, Any]], posted: Form | None
    ) -> Sequence[ShownAct]:
        """Return what may be done; sending again begins with the first message that was given up."""
        first = {REPLAY.name: {"fromPosition": str(dead[0]["position"])}} if dead else {}
        return [
            ShownAct(act, self._acts.form(request, act.name, posted, **first.get(act.name, {})))
            for act in OPEN[webhook["status"]]
        ]

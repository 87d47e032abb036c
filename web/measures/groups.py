"""Action-research groups, and one of them. `/territoire/groupes`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.requests import Request
from starlette.responses import Response

from web.core.act_page import ActPage
from web.core.desks import chosen
from web.core.documents import document
from web.core.forms import Form
from web.core.french import day
from web.core.narrowing import ask_of_desk
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem
from web.measures.acts import ADD_MEMBER, CLOSE, CORRECT, CORRECT_MEETING, LINK_LESSON, MEET, OPEN, REMOVE_MEMBER
from web.measures.choices import with_choices, with_territories
from web.measures.strategies import WRITERS

_GROUPS, _GROUP = document("measures/groups"), document("measures/group")
_READERS = ("COORDONNATEUR", "NATIONAL", "AUDITOR")


class Groups(ActPage):
    """The list of groups, with the form to open one."""

    path, acts = "/territoire/groupes", (OPEN,)
    versioned = False

    async def page(self, request: Request, posted: Form | None) -> Response:
        variables = page_variables(request.query_params)
        answer, unknown = await ask_of_desk(self._site.api, request, _GROUPS, {}, variables)
        groups, role = answer["actionGroups"], answer["viewer"]["role"]
        if groups is None or role not in _READERS:
            raise Problem.missing()
        form = self._acts.form(request, OPEN.name, posted, territory=chosen(request))
        form.fields = with_territories(form.fields, answer["viewer"]["inTerritories"] or answer["territories"])
        if role == "COORDONNATEUR":
            form.fields = [replace(f, required=True, hint="") if f.name == "territory" else f for f in form.fields]
        response = self._site.templates.page(
            request,
            "measures/groups",
            422 if posted else 200,
            writes=role in WRITERS,
            groups=groups,
            act=OPEN,
            form=form,
            posted=posted,
            done=self._acts.done(request),
            unknown=unknown,
            around=pages_around(request, groups["pageInfo"]),
        )
        return self._site.guard.keep(request, response)


class GroupPage(ActPage):
    """One group, its members for whoever runs it, its meetings."""

    path = "/territoire/groupes/{id}"
    acts = (MEET, CORRECT_MEETING, ADD_MEMBER, REMOVE_MEMBER, LINK_LESSON, CORRECT, CLOSE)

    def fixed(self, request: Request) -> Mapping[str, Any]:
        return {"groupId": request.path_params["id"]}

    async def page(self, request: Request, posted: Form | None) -> Response:
        answer = await self._site.api.ask(request, _GROUP, {"id": request.path_params["id"]})
        group = answer["actionGroup"]
        if group is None:
            raise Problem.missing()
        linked = {each["id"] for each in group["lessons"]}
        lessons = [(each["id"], each["title"]) for each in answer["publications"]["nodes"] if each["id"] not in linked]
        members = [
            (each["memberId"], f"{named(each)}, {each['profession']}")
            for each in group["members"] or ()
            if each["leftAt"] is None
        ]
        meetings = [(str(each["number"]), f"{each['number']}, le {day(each['on'])}") for each in group["meetings"]]
        as_now = {CORRECT.name: {"name": group["name"], "subject": group["subject"]}}
        acts = self._acts.shown(request, group, posted, as_now)
        choices = {REMOVE_MEMBER.name: members, LINK_LESSON.name: lessons, CORRECT_MEETING.name: meetings}
        acts = with_choices(acts, choices)
        response = self._site.templates.page(
            request,
            "measures/group",
            422 if posted else 200,
            group=group,
            named=named,
            acts=acts,
            posted=posted,
            done=self._acts.done(request),
        )
        return self._site.guard.keep(request, response)


def named(member: Mapping[str, Any]) -> str:
    """Return what a member is called, also once they are erased."""
    return f"{member['firstName']} {member['lastName']}" if member["firstName"] else "Personne effacée"

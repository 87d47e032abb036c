"""School projects: the share of target schools, what is recorded. `/territoire/projets`, `/ecole/projet`."""

from __future__ import annotations

from typing import ClassVar

from starlette.requests import Request
from starlette.responses import Response

from web.core.act_page import ActPage
from web.core.documents import document
from web.core.forms import Form
from web.core.narrowing import ask_of_desk
from web.core.pages import page_variables, pages_around
from web.core.problems import Problem
from web.measures.acts import RECORD

_PROJECTS = document("measures/projects")


class Projects(ActPage):
    """School projects of a coordonnateur's territories, or of the country."""

    path, acts = "/territoire/projets", (RECORD,)
    versioned = False
    readers: ClassVar[tuple[str, ...]] = ("COORDONNATEUR", "NATIONAL", "AUDITOR")
    recorders: ClassVar[tuple[str, ...]] = ("COORDONNATEUR",)

    async def page(self, request: Request, posted: Form | None) -> Response:
        variables = page_variables(request.query_params)
        answer, unknown = await ask_of_desk(self._site.api, request, _PROJECTS, {}, variables, "uai")
        projects, viewer, shares = answer["schoolProjects"], answer["viewer"], answer["projectShares"]
        if projects is None or viewer["role"] not in self.readers:
            raise Problem.missing()
        own = {each["code"] for each in viewer["inTerritories"] or ()}
        uai = viewer["schools"][0] if len(viewer["schools"] or ()) == 1 else ""
        response = self._site.templates.page(
            request,
            "measures/projects",
            422 if posted else 200,
            of_school="COORDONNATEUR" not in self.readers,
            records=viewer["role"] in self.recorders,
            shares=shares,
            territories=[each for each in shares["byTerritory"] if not own or each["territory"]["code"] in own],
            projects=projects,
            act=RECORD,
            form=self._acts.form(request, RECORD.name, posted, uai=uai, schoolYear=shares["schoolYear"]),
            posted=posted,
            done=self._acts.done(request),
            unknown=unknown,
            around=pages_around(request, projects["pageInfo"]),
        )
        return self._site.guard.keep(request, response)


class SchoolProjectPage(Projects):
    """School projects of the reader's own schools."""

    path = "/ecole/projet"
    readers = recorders = ("DIRECTOR", "HEAD")

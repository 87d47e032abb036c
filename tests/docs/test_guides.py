"""docs/guides are true where a machine can tell."""

from __future__ import annotations

import re
from uuid import uuid4

from application.application import open_application
from application.founding import found_database
from domain.kernel.errors import forbidden
from tests.docs.test_tutorial import ON_THAT_DAY, tokens
from tests.support.pages import Page
from tests.support.papers.dossiers import pdf
from tests.support.running import FOUNDED_AT
from tests.support.server import MASTER_KEY, Clock, running_server
from tests.support.world import EVENT_KEYS

SHEETS = Page("docs/guides/attendance-sheets.md")


def test_the_form_that_attaches_a_sheet_is_taken_as_the_page_shows(database_url: str):
    (operations,) = re.findall(r"-F 'operations=(.*?)'", SHEETS.text, re.DOTALL)
    (places,) = re.findall(r"-F 'map=(.*?)'", SHEETS.text)
    form = {"operations": operations.replace("ANIMATION_ID", str(uuid4())), "map": places}
    headers = {"authorization": f"Bearer {tokens()['structure']}"}
    with open_application(database_url, MASTER_KEY, EVENT_KEYS) as application:
        found_database(application, FOUNDED_AT)
    with running_server(database_url, Clock(ON_THAT_DAY)) as server:
        answer = server.http.post("/graphql", data=form, files={"0": ("signed.pdf", pdf())}, headers=headers)
    (error,) = answer.json()["data"]["attendanceSheetAttach"]["errors"]
    assert error["message"].startswith(forbidden().problems[0].message)

"""Closed lists are enums, so that typed clients know every value; the texts beside them stay as they are."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

import application.followers
from api.core.allowed import SHOWN_ACTIONS
from api.schema import schema
from application.followers.reminding import REMINDERS
from application.notifications.kinds import NoticeKind
from application.notifications.letters import WORDINGS
from domain.animations.transitions import TRANSITIONS
from domain.kernel.actors import Role
from tests.support.api.asking import AUDITOR, TILLEULS, Town, structure
from tests.support.api.both_executors import ask_both
from tests.support.api.documents import Drawn
from tests.support.api.reading import reading

GRAPHQL = schema._schema
FOLLOWERS = Path(application.followers.__file__).parent


@pytest.mark.parametrize(
    ("field", "type_"),
    [
        ("AuditEntry.actorRole", "Role!"),
        ("AllowedAction.code", "ActionCode!"),
        ("Notification.code", "NotificationCode"),
        ("MailPreferences.mutedCodes", "[NotificationCode!]!"),
        ("MailPreferencesSetInput.mutedCodes", "[NotificationCode!]"),
    ],
)
def test_a_closed_list_is_an_enum(field: str, type_: str):
    kind, name = field.split(".")
    assert str(getattr(GRAPHQL.type_map[kind], "fields")[name].type) == type_  # noqa: B009


def test_each_kind_that_notices_are_made_of_is_in_the_list():
    """Whatever stands as a kind in the reactions is a notice's, or a letter's."""
    kinds = {
        kind
        for module in FOLLOWERS.glob("*.py")
        for kind in re.findall(r'"([a-z]+\.[a-z_]+)"', module.read_text(encoding="utf-8"))
    }
    assert len(kinds) > 40
    assert {reminder.kind for reminder in REMINDERS} <= kinds
    assert kinds - set(NoticeKind) - set(WORDINGS) == set()


def test_roles_and_actions_are_told_as_text_and_as_a_value_of_their_list(busy: Town):
    document = f"""{{ structure(siret: "{TILLEULS}") {{ animations(first: 1) {{ nodes {{
        allowedActions {{ action code }} }} }} timeline(first: 3) {{ nodes {{ role actorRole }} }} }} }}"""
    with reading(busy) as reader:
        data = reader.asks(document, structure(TILLEULS)).data["structure"]
    actions = data["animations"]["nodes"][0]["allowedActions"]
    assert {entry["action"] for entry in actions} <= {action.value for action in TRANSITIONS}
    assert all(SHOWN_ACTIONS[entry["action"]].name == entry["code"] for entry in actions)
    assert actions
    assert all(Role(entry["role"]).name == entry["actorRole"] for entry in data["timeline"]["nodes"])
    for compiled, core, failed in ask_both(busy, [(Drawn(document, {}), AUDITOR)]):
        assert not failed
        assert compiled == core

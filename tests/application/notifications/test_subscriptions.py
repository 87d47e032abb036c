"""Nobody is written to about an inbox that they may not read at that moment."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import UUID

from application.accounts.commands import MailPreferencesSet, MandateEnd
from application.accounts.invitations import PURPOSE, InvitationAccept, InvitationSend
from application.application import Application
from application.followers.reacting import react
from application.notifications.subscriptions import MAX_UNSEEN, record_sign_in
from domain.kernel.actors import Actor, Role
from eventstore.identities import identity
from tests.support.network.post_office import sent_by
from tests.support.world import NATIONAL, STRUCTURE, STRUCTURE_ID, World

OURS = f"structure:{STRUCTURE_ID}"
BY_TOKEN = replace(STRUCTURE, subject="ancienne")
CAMILLE = Actor(Role.PARENT, "parent", subject="camille")
ADDRESS = "ancienne@example.org"


def _wants(world: World, who: Actor) -> None:
    world.sign()
    world.does(MailPreferencesSet(email=ADDRESS, recipients=(OURS,)), who)
    _reacts(world.app)


def _reacts(app: Application) -> None:
    with app.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass


def _messages(world: World) -> list[str]:
    """What is sent to the address once an animation of the structure is published."""
    world.publishes(world.creates())
    return sent_by(world.app).to(ADDRESS)


def _signs_in(world: World, *recipients: str) -> None:
    with world.app.pool.connection() as conn:
        account = identity(conn, world.app.bus.keyed.called("ancienne")).account_id
        record_sign_in(conn, account, recipients, world.now)


def test_an_inbox_that_a_token_alone_gave_counts_while_its_holder_is_seen(world: World):
    _wants(world, BY_TOKEN)
    assert len(_messages(world)) == 1
    world.now += MAX_UNSEEN + timedelta(days=1)
    assert _messages(world) == []
    _signs_in(world, OURS)
    assert len(_messages(world)) == 1


def test_who_signs_in_without_it_is_told_no_more_from_then_on(world: World):
    _wants(world, BY_TOKEN)
    _signs_in(world)
    assert _messages(world) == []


def test_a_preference_that_is_taken_in_late_does_not_bring_back_what_a_later_sign_in_took(world: World):
    world.sign()
    _signs_in(world, OURS)
    world.does(MailPreferencesSet(email=ADDRESS, recipients=(OURS,)), BY_TOKEN)
    _signs_in(world)
    assert _messages(world) == []


def _joins(world: World) -> tuple[UUID, UUID]:
    """The account and the mandate of whoever accepted an invitation, and wants letters."""
    world.sign()
    invited = world.does(InvitationSend(structure_id=STRUCTURE_ID, email="c@example.org"), STRUCTURE).subject_id
    joined = world.does(InvitationAccept(link=world.app.links.link(PURPOSE, invited)), CAMILLE).subject_id
    world.does(MailPreferencesSet(email=ADDRESS, recipients=(OURS,)), replace(CAMILLE, role=Role.STRUCTURE))
    account = world.app.bus.cache.get(joined)
    assert account is not None
    _reacts(world.app)
    return joined, next(iter(account.state.mandates))


def test_an_inbox_that_a_mandate_gives_counts_until_it_ends_however_long_that_is(world: World):
    account, mandate = _joins(world)
    world.now += 2 * MAX_UNSEEN
    assert len(_messages(world)) == 1
    world.does(MandateEnd(account_id=account, mandate_id=mandate), STRUCTURE)
    assert _messages(world) == []


def test_a_letter_that_waits_is_not_sent_once_the_mandate_has_ended(world: World):
    account, mandate = _joins(world)
    world.publishes(world.creates())
    _reacts(world.app)
    world.does(MandateEnd(account_id=account, mandate_id=mandate), STRUCTURE)
    assert sent_by(world.app).to(ADDRESS) == []
    with world.app.pool.connection() as conn:
        rows = conn.execute("SELECT reason FROM mail_outbox WHERE kind = 'notice'").fetchall()
    assert rows == [("not theirs to read any more",)]


def test_who_was_erased_leaves_no_trace_of_signing_in(world: World):
    _wants(world, BY_TOKEN)
    world.app.erase_person("ancienne", NATIONAL, world.now)
    assert _messages(world) == []
    with world.app.pool.connection() as conn:
        assert conn.execute("SELECT count(*) FROM sign_ins_seen").fetchone() == (0,)

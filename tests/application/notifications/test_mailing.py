"""E-mails by a real SMTP server: what they say, and what becomes of those that cannot be sent."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

import pytest

from application.animations.commands import AnimationModify
from application.application import Application
from application.followers.mailing import Mailer, Smtp
from application.followers.reacting import react
from application.registrations import RegistrationCancel, RegistrationRemove, RegistrationSubmit
from domain.kernel.actors import PUBLIC, SYSTEM
from tests.support.conditions import started, until
from tests.support.dumps import dump
from tests.support.network.post_office import PostOffice, post_office
from tests.support.world import MASTER_KEY, STRUCTURE, World

SITE = "https://parentalite.example.org"


@pytest.fixture
def office() -> Iterator[PostOffice]:
    with post_office() as running:
        yield running


@pytest.fixture
def animation(world: World, app: Application) -> UUID:
    world.sign()
    animation_id = world.creates(title="Café & <b>thé</b>", seats=1)
    world.publishes(animation_id)
    _reacts(app)
    return animation_id


def _reacts(app: Application) -> None:
    with app.pool.connection() as conn:
        while react(conn, with_mail=True):
            pass


def _registers(world: World, animation: UUID, number: int) -> UUID:
    who = {"first_name": "Zoé", "last_name": "Nom", "email": f"p{number}@example.org"}
    return world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC).subject_id


def _sends(app: Application, url: str) -> None:
    _reacts(app)
    mailer = Mailer(app.vault, app.bus.keyed, "Parentalité <ne-pas-repondre@example.org>", SITE, Smtp(url).send)
    with app.pool.connection() as conn:
        while mailer.send_next(conn):
            pass


def _outbox(app: Application, columns: str) -> list[Any]:
    with app.pool.connection() as conn:
        return conn.execute(f"SELECT {columns} FROM mail_outbox ORDER BY created_at, address_position").fetchall()


def test_a_registrant_is_told_what_where_and_when_with_a_link_that_works(world, app, office, animation):
    _registers(world, animation, 1)
    _sends(app, office.url)
    (message,) = office.received
    assert message["To"] == "p1@example.org"
    assert message["Subject"] == "Votre inscription : Café & <b>thé</b>"
    assert message["Auto-Submitted"] == "auto-generated"
    text = office.text()
    assert "Zoé" not in text, "nobody has proven that the address is theirs"
    words = (
        "Café & <b>thé</b> Quand : mardi 1er septembre 2026, de 6 h à 8 h (heure de la Guadeloupe)"
        " Où : Jean Jaurès Organisé par : Ville"
    )
    assert words in " ".join(text.split())
    html = message.get_body(("html",)).get_content()
    assert "Café &amp; &lt;b&gt;thé&lt;/b&gt;" in html
    (link,) = re.findall(rf"{SITE}/inscriptions/(\S+)", text)
    world.does(RegistrationCancel(link=link), PUBLIC)


def test_each_letter_is_sent_once(world, app, office, animation):
    for number in (1, 2):
        _registers(world, animation, number)
    for _ in range(3):
        _sends(app, office.url)
    assert Counter(str(letter["To"]) for letter in office.received) == {"p1@example.org": 1, "p2@example.org": 1}
    assert office.to("p2@example.org") == ["Sur liste d'attente : Café & <b>thé</b>"]


def test_who_is_removed_is_told_why_and_who_moves_up_is_told(world, app, office, animation):
    first = _registers(world, animation, 1)
    _registers(world, animation, 2)
    removal = RegistrationRemove(animation_id=animation, registration_id=first, reason="Inscription en double")
    world.does(removal, STRUCTURE)
    _sends(app, office.url)
    assert office.to("p1@example.org")[-1].startswith("Votre inscription est retirée")
    assert office.to("p2@example.org")[-1].startswith("Une place pour vous")
    assert any("Inscription en double" in office.text(number) for number in range(len(office.received)))


def test_an_erased_person_is_written_to_no_more_and_no_address_stays_in_the_outbox(
    world, app, office, animation, fresh_url
):
    _registers(world, animation, 1)
    _reacts(app)
    app.erase_person("p1@example.org", SYSTEM, world.now)
    _sends(app, office.url)
    assert office.received == []
    assert _outbox(app, "reason, sent_at") == [("erased", None)]
    assert "p1@example.org" not in dump(fresh_url)


def test_an_address_that_is_refused_for_good_keeps_nobody_else_waiting(world, app, office, animation):
    office.answers["p1@example.org"] = "550 No such user"
    for number in (1, 2):
        _registers(world, animation, number)
    _sends(app, office.url)
    assert [str(letter["To"]) for letter in office.received] == ["p2@example.org"]
    assert _outbox(app, "reason, attempts, given_up_at IS NOT NULL") == [("refused: 550", 1, True), (None, 1, False)]


def test_what_may_succeed_later_is_tried_later_and_later(world, app, office, animation):
    office.answers["p1@example.org"] = "451 Try again"
    _registers(world, animation, 1)
    waits = []
    for _ in range(3):
        _sends(app, office.url)
        ((attempts, wait),) = _outbox(app, "attempts, round(extract(epoch FROM due_at - now()))::int")
        waits.append((attempts, wait))
        with app.pool.connection() as conn:
            conn.execute("UPDATE mail_outbox SET due_at = now()")
    assert [attempts for attempts, _ in waits] == [1, 2, 3]
    assert [round(wait / 30) for _, wait in waits] == [1, 2, 4]
    office.answers.clear()
    _sends(app, office.url)
    assert len(office.received) == 1


def test_while_the_mail_server_is_away_letters_wait(world, app, animation):
    _registers(world, animation, 1)
    _sends(app, "smtp://127.0.0.1:9")
    assert _outbox(app, "attempts, sent_at, given_up_at, reason") == [(0, None, None, "ConnectionRefusedError")]


_WORKER = """
import sys, time
from application.application import open_application
from application.followers.mailing import Mailer, Smtp, mailing
from application.followers.reacting import reacting
from eventstore.authenticators import EventKeys
url, post, which = sys.argv[1:]
with open_application(url, bytes(range(32)), EventKeys(b"e" * 32)) as app:
    mailer = Mailer(app.vault, app.bus.keyed, "a@example.org", "https://parentalite.example.org", Smtp(post).send)
    with reacting(url, True):
        print("up", flush=True)
        if which == "both":
            with mailing(url, mailer):
                time.sleep(600)
        time.sleep(600)
"""


def _worker(url: str, office: PostOffice, which: str) -> subprocess.Popen[str]:
    assert bytes(range(32)) == MASTER_KEY
    command = [sys.executable, "-W", "ignore", "-c", _WORKER, url, office.url, which]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=os.getcwd())
    assert process.stdout is not None
    assert started(process.stdout.readline).result(60) == "up\n"
    return process


def test_a_process_killed_between_an_event_and_its_e_mail_leaves_one_e_mail_to_be_sent(
    world, app, office, animation, fresh_url
):
    before = _worker(fresh_url, office, "reacting alone")
    _registers(world, animation, 1)
    until(lambda: _outbox(app, "kind"))
    before.send_signal(signal.SIGKILL)
    before.wait()
    assert office.received == []
    after = _worker(fresh_url, office, "both")
    until(lambda: office.received)
    until(lambda: _outbox(app, "sent_at IS NOT NULL") == [(True,)])
    after.kill()
    after.wait()
    assert len(office.received) == 1


def test_however_often_processes_are_killed_everybody_gets_every_letter(world, app, office, animation, fresh_url):
    random, registered = Random(7), 0
    for _ in range(4):
        worker = _worker(fresh_url, office, "both")
        for _ in range(5):
            registered += 1
            _registers(world, animation, registered)
        time.sleep(random.uniform(0, 0.3))
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    _sends(app, office.url)
    letters = {str(letter["Message-ID"]): str(letter["To"]) for letter in office.received}
    assert Counter(letters.values()) == {f"p{number}@example.org": 1 for number in range(1, registered + 1)}


def test_a_burst_of_changes_in_which_processes_are_killed_is_one_letter_of_the_last_state(
    world, app, office, animation, fresh_url
):
    _registers(world, animation, 1)
    _sends(app, office.url)
    letters_before = len(office.received)
    for number in range(4):
        worker = _worker(fresh_url, office, "both")
        _titles(world, animation, f"Titre {number}")
        if number % 2:
            until(lambda: _outbox(app, "kind")[letters_before:])
        worker.send_signal(signal.SIGKILL)
        worker.wait()
    _titles(world, animation, "Dernier titre")
    _reacts(app)
    with app.pool.connection() as conn:
        conn.execute("UPDATE mail_outbox SET due_at = now() WHERE due_at > now()")
    _sends(app, office.url)
    (subject,) = office.to("p1@example.org")[letters_before:]
    assert "Dernier titre" in subject
    text = office.text()
    assert "Café & <b>thé</b>" in text.partition("Maintenant")[0]
    assert not [number for number in range(4) if f"Titre {number}" in text]


def _titles(world: World, animation: UUID, title: str) -> None:
    world.does(AnimationModify(animation_id=animation, changes={"title": title}), STRUCTURE)

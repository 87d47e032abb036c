"""The calendar entry of whoever has a seat moves with the animation."""

from __future__ import annotations

import json
import subprocess
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

from icalendar import Calendar

from application.animations.commands import AnimationCancel
from application.registrations import PURPOSE, RegistrationCancel, RegistrationRemove, RegistrationSubmit
from application.structures import SetStructureContact
from domain.kernel.actors import PUBLIC
from tests.support.letters import PARENT, modifies, moves
from tests.support.network.npm import installed
from tests.support.network.post_office import PostOffice, sent_by
from tests.support.world import STRUCTURE, STRUCTURE_ID


def _entries(office: PostOffice) -> list[tuple[Any, Any]]:
    """Return each calendar part that the parent got, with its entry."""
    parts = [
        part
        for received in office.received
        if received["To"] == PARENT
        for part in received.iter_attachments()
        if isinstance(part, EmailMessage)
    ]
    return [(part, Calendar.from_ical(part.get_content())) for part in parts]


_READ_BY_ICAL_JS = """
import ICAL from "ical.js";
import { readFileSync } from "node:fs";
const read = (text) => {
  const calendar = new ICAL.Component(ICAL.parse(text));
  const event = new ICAL.Event(calendar.getFirstSubcomponent("vevent"));
  const begins = event.startDate.toUnixTime();
  return [calendar.getFirstPropertyValue("method"), event.uid, event.sequence, event.summary, begins];
};
console.log(JSON.stringify(JSON.parse(readFileSync(0, "utf-8")).map(read)));
"""


def _read_by_thunderbird(texts: list[str]) -> list[list[Any]]:
    """Return method, id, sequence, title and start of each entry as ical.js reads it."""
    command = ["node", "--input-type=module", "-e", _READ_BY_ICAL_JS]
    folder = installed("ical.js-2.2.1", "ical.js@2.2.1")
    done = subprocess.run(
        command, cwd=folder, input=json.dumps(texts), capture_output=True, text=True, timeout=60, check=True
    )
    read: list[list[Any]] = json.loads(done.stdout)
    return read


def test_the_calendar_of_who_has_a_seat_follows_each_letter(world, app, animation):
    values = {"phone": None, "email": "maison@example.org", "hours": None}
    world.does(SetStructureContact(structure_id=STRUCTURE_ID, **values), STRUCTURE)
    who = {"first_name": "Zoé", "last_name": "Nom", "email": PARENT}
    registration = world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC).subject_id
    confirmed = sent_by(app)
    assert confirmed.text().startswith("Bonjour"), "the letter is still read first"
    moves(world, animation, 10)
    world.now += timedelta(hours=1)
    moved = sent_by(app)
    removal = {"animation_id": animation, "registration_id": registration, "reason": "Inscrite deux fois."}
    world.does(RegistrationRemove(**removal), STRUCTURE)
    given_up = sent_by(app)
    world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC)
    again = sent_by(app)
    modifies(world, animation, title="Café rebaptisé")
    world.does(AnimationCancel(animation_id=animation, reason="Neige."), STRUCTURE)
    cancelled = sent_by(app)
    parts = [_entries(office) for office in (confirmed, moved, given_up, again, cancelled)]
    assert [len(each) for each in parts] == [1] * 5, "each letter has one"
    calendars = [calendar for ((_, calendar),) in parts]
    methods = ["REQUEST", "REQUEST", "CANCEL", "REQUEST", "CANCEL"]
    assert [part.get_param("method") for ((part, _),) in parts] == methods
    assert [calendar["METHOD"] for calendar in calendars] == methods
    events = [calendar.walk("VEVENT")[0] for calendar in calendars]
    statuses = [event["ATTENDEE"].params["PARTSTAT"] for event in events]
    assert statuses == ["ACCEPTED", "NEEDS-ACTION", "ACCEPTED", "ACCEPTED", "ACCEPTED"], "only while a letter asks"
    letter = next(received for received in confirmed.received if received["To"] == PARENT)
    kinds = [part.get_content_type() for part in letter.walk()]
    forms = ["multipart/alternative", "text/plain", "text/html", "text/calendar"]
    assert kinds == ["multipart/mixed", *forms, "text/calendar"]
    assert {str(event["UID"]) for event in events} == {str(animation)}
    assert (events[0]["ORGANIZER"], events[0]["ATTENDEE"]) == ("mailto:maison@example.org", f"mailto:{PARENT}")
    assert events[1].start - events[0].start == timedelta(days=1)
    sequences = [event["SEQUENCE"] for event in events]
    assert sequences == sorted(set(sequences)), "each takes the place of the one before"
    zones = [zone for calendar in calendars for zone in calendar.walk("VTIMEZONE")]
    assert [(zone["TZID"], event["DTSTART"].params["TZID"]) for zone, event in zip(zones, events, strict=True)] == [
        ("America/Guadeloupe", "America/Guadeloupe")
    ] * 5
    assert [event["STATUS"] for event in events] == [
        "CANCELLED" if method == "CANCEL" else "CONFIRMED" for method in methods
    ]
    last = next(number for number, each in enumerate(cancelled.received) if each["To"] == PARENT)
    assert cancelled.to(PARENT) == ["Annulée : Café rebaptisé"]
    assert "Café rebaptisé" in cancelled.text(last)
    assert "Café des parents" not in cancelled.text(last)
    assert events[-1]["SUMMARY"] == "Café rebaptisé"
    expected = [
        [str(calendar["METHOD"]), str(event["UID"]), event["SEQUENCE"], str(event["SUMMARY"]), event.start.timestamp()]
        for calendar, event in zip(calendars, events, strict=True)
    ]
    assert _read_by_thunderbird([part.get_content() for ((part, _),) in parts]) == expected


def test_who_waits_is_asked_whether_they_still_wait_and_has_nothing_in_their_calendar(world, app, animation):
    modifies(world, animation, seats=1)
    for email in ("premier@example.org", PARENT):
        who = {"first_name": "Zoé", "last_name": "Nom", "email": email}
        registration = world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC).subject_id
    offices = [sent_by(app)]
    moves(world, animation, 10)
    offices.append(sent_by(app))
    letter = next(number for number, each in enumerate(offices[-1].received) if each["To"] == PARENT)
    text = " ".join(offices[-1].text(letter).split())
    assert "Vous êtes sur la liste d'attente : viendrez-vous si une place se libère ?" in text
    assert "votre place" not in text
    world.does(RegistrationCancel(link=app.links.link(PURPOSE, animation, registration)), PUBLIC)
    offices.append(sent_by(app))
    assert offices[-1].to(PARENT) == ["Inscription annulée : Café des parents"]
    assert not any(map(_entries, offices))


def test_who_registers_anew_before_any_letter_left_is_not_cancelled_by_the_letter_of_before(world, app, animation):
    who = {"first_name": "Zoé", "last_name": "Nom", "email": PARENT}
    registration = world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC).subject_id
    world.does(RegistrationCancel(link=app.links.link(PURPOSE, animation, registration)), PUBLIC)
    world.does(RegistrationSubmit(animation_id=animation, **who), PUBLIC)
    events = {str(each["METHOD"]): each.walk("VEVENT")[0] for _, each in _entries(sent_by(app))}
    assert events["CANCEL"]["SEQUENCE"] < events["REQUEST"]["SEQUENCE"]
    assert events["REQUEST"]["ORGANIZER"] == "mailto:a@example.org", "the letter's sender, of a structure without one"


def test_nothing_leads_to_what_is_cancelled_on_the_web(world, app, animation):
    link, values = "https://visio.example.org/cle", {"phone": None, "email": "maison@example.org", "hours": None}
    world.does(SetStructureContact(structure_id=STRUCTURE_ID, **values), STRUCTURE)
    modifies(world, animation, venue_type="en-ligne", venue_name="Visioconférence", online_link=link)
    world.does(RegistrationSubmit(animation_id=animation, first_name="Zoé", last_name="Nom", email=PARENT), PUBLIC)
    seated = sent_by(app)
    world.does(AnimationCancel(animation_id=animation, reason="Panne."), STRUCTURE)
    for office, shown in ((seated, True), (sent_by(app), False)):
        ((part, calendar),) = _entries(office)
        words = f"{office.text(-1)} {calendar.walk('VEVENT')[0]['DESCRIPTION']} {part.get_content()}"
        assert (link in words) is shown

"""Who hears of which event: all of them, so that a new event without an answer fails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import replace
from pathlib import Path
from types import NoneType
from typing import get_args
from uuid import UUID

from application.application import Application
from application.files.store import FileStore
from application.followers.reacting import LoggedStreams
from application.followers.reactions import REACTIONS
from application.notifications.changes import NotToBeSent
from application.notifications.composing import Composer
from application.notifications.reaction import Letter, Message, Notice, append_reason, has_reason
from application.wording.things import fill, streams_of
from domain.kernel.events import Event, registered_events
from eventstore.connections import Conn
from eventstore.log import read_after, read_stream
from eventstore.records import Recorded
from eventstore.vault import Vault
from tests.support.api.every_topic import an_event_of_every_topic
from tests.support.papers.french_flaws import flaws
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import World

ST, CO, NA, SCHOOL = "structure", "territory", "national", "school"
REGISTRANT, CONTACT, CANDIDATE, INVITED, AUTHOR = "registrant", "contact", "candidate", "invited", "author"
NOBODY: tuple[str, ...] = ()

#: Who hears, in some circumstances at least. Nobody hears of what the only person concerned has just done themself,
#: of erasures, and of what another event of the same act tells.
HEARS = {
    "account.auditor_admitted": NOBODY,
    "account.coordonnateur_appointed": NOBODY,
    "account.mail_preferences_set": NOBODY,
    "account.mandate_ended": NOBODY,
    "account.mediateur_accepted": NOBODY,
    "account.mediateur_registered": (ST,),
    "account.personal_data_erased": NOBODY,
    "account.school_staff_bound": NOBODY,
    "account.speaker_joined": (ST,),
    "animation.attestation_corrected": NOBODY,
    "animation.attested": NOBODY,
    "animation.cancelled": (ST, CO, NA, REGISTRANT, CONTACT, AUTHOR),
    "animation.created": (CO, NA),
    "animation.ended": (ST,),
    "animation.gathered": NOBODY,
    "animation.joined_series": NOBODY,
    "animation.modified": (ST, CO, NA, REGISTRANT, CONTACT, AUTHOR),
    "animation.published": (ST,),
    "animation.refused": (ST,),
    "animation.released": NOBODY,
    "animation.repeated": NOBODY,
    "animation.resubmitted": (NA,),
    "animation.resumed": (ST, CO, NA, REGISTRANT, AUTHOR),
    "animation.sheet_attached": NOBODY,
    "animation.sheet_withdrawn": NOBODY,
    "animation.suspended": (ST, CO, NA, REGISTRANT, AUTHOR),
    "animation.text_blanked": (ST,),
    "animation.words_erased": NOBODY,
    "attestation_form.worded": NOBODY,
    "satisfaction_form.worded": NOBODY,
    "satisfaction.answers_recorded": NOBODY,
    "candidature.certificate_issued": (CANDIDATE,),
    "candidature.certificate_requested": (CO,),
    "candidature.contact_recorded": NOBODY,
    "candidature.coordonnateur_informed": (CO,),
    "candidature.opinion_given": (SCHOOL, CO),
    "candidature.personal_data_erased": NOBODY,
    "candidature.pix_certified": NOBODY,
    "candidature.rejected": (CANDIDATE, CO),
    "candidature.repeated": (CANDIDATE,),
    "candidature.submitted": (CANDIDATE, SCHOOL, CO),
    "candidature.training_recorded": NOBODY,
    "candidature.validated": (CANDIDATE,),
    "candidature.withdrawn": (CANDIDATE, SCHOOL, CO),
    "contact.added": NOBODY,
    "contact.personal_data_erased": NOBODY,
    "contact.planning_sent": (CONTACT,),
    "contact.removed": NOBODY,
    "contact.unsubscribed": NOBODY,
    "control.answered": NOBODY,
    "control.closed": NOBODY,
    "control.drawn": NOBODY,
    "control.opened": (ST, CO),
    "control.piece_judged": (ST, CO),
    "control.piece_words_erased": NOBODY,
    "control.words_erased": NOBODY,
    "convention.amended": (ST,),
    "convention.service_certified": NOBODY,
    "convention.service_withdrawn": NOBODY,
    "convention.signed": NOBODY,
    "convention.terminated": (ST, CO, NA),
    "convention.words_erased": NOBODY,
    "file.expired": NOBODY,
    "invitation.accepted": NOBODY,
    "invitation.personal_data_erased": NOBODY,
    "invitation.revoked": NOBODY,
    "invitation.sent": (INVITED,),
    "letter.refused": (ST, CO, AUTHOR),
    "logo.set": NOBODY,
    "logo.withdrawn": NOBODY,
    "passkey.registered": NOBODY,
    "passkey.revoked": NOBODY,
    "proof.log_checked": NOBODY,
    "proof.map_committed": NOBODY,
    "signing.required": NOBODY,
    "registration.cancelled": (REGISTRANT,),
    "registration.made": (REGISTRANT,),
    "registration.personal_data_erased": NOBODY,
    "registration.presence_ticked": NOBODY,
    "registration.question_withdrawn": (REGISTRANT,),
    "registration.registrants_reminded": (REGISTRANT, ST, AUTHOR),
    "registration.removed": (REGISTRANT, ST, AUTHOR),
    "registration.repeated": (REGISTRANT,),
    "registration.seat_kept": (REGISTRANT,),
    "registration.seat_obtained": (REGISTRANT, ST, AUTHOR),
    "registration.seat_questioned": (REGISTRANT,),
    "registration.walk_ins_counted": NOBODY,
    "school.described": NOBODY,
    "service_dossier.amendment_accepted": (ST,),
    "service_dossier.amendment_proposed": (CO,),
    "service_dossier.amendment_refused": (ST,),
    "service_dossier.certification_withdrawn": (ST, CO),
    "service_dossier.certified": (ST,),
    "service_dossier.controlled": (ST, CO),
    "service_dossier.drawn": (ST, CO),
    "service_dossier.gathered": NOBODY,
    "service_dossier.opened": NOBODY,
    "service_dossier.paid": (ST,),
    "service_dossier.piece_attached": NOBODY,
    "service_dossier.piece_withdrawn": NOBODY,
    "service_dossier.recovered": (ST, CO),
    "service_dossier.returned": (ST,),
    "service_dossier.submitted": (CO,),
    "service_dossier.words_erased": NOBODY,
    "siret.assigned": NOBODY,
    "structure.account_opened": NOBODY,
    "structure.contact_set": NOBODY,
    "structure.convention_attached": NOBODY,
    "structure.moved": (ST,),
    "structure.renamed": (ST,),
    "structure.words_erased": NOBODY,
    "territory.candidatures_opened": NOBODY,
    "territory.joined": NOBODY,
    "typology.term_added": NOBODY,
    "typology.term_merged": NOBODY,
    "typology.term_renamed": NOBODY,
    "typology.term_retired": NOBODY,
    "typology.term_split": NOBODY,
}
#: These are told in circumstances that `an_event_of_every_topic` has not; others are tried one by one.
_RARE = {
    *((topic, AUTHOR) for topic, hearers in HEARS.items() if AUTHOR in hearers),
    *((topic, CONTACT) for topic, hearers in HEARS.items() if CONTACT in hearers),
    *(
        (topic, ST)
        for topic in (
            *("animation.modified", "letter.refused", "registration.registrants_reminded"),
            *("registration.removed", "registration.seat_obtained"),
        )
    ),
    ("letter.refused", CO),
    ("registration.registrants_reminded", REGISTRANT),
    *((f"animation.{what}", REGISTRANT) for what in ("cancelled", "modified", "resumed", "suspended")),
}


def test_every_event_has_its_hearers_and_only_those_with_hearers_a_reaction():
    topics = set(registered_events())
    assert topics - set(HEARS) == set(), "say who hears of these events, or that nobody does"
    assert set(HEARS) - topics == set()
    assert {event.topic for event in REACTIONS} == {topic for topic, hearers in HEARS.items() if hearers}


def test_whoever_hears_is_told_when_everything_happens(world: World, app: Application, tmp_path: Path):
    an_event_of_every_topic(world, Claim(world, FileStore(tmp_path / "files")))
    heard: defaultdict[str, set[str]] = defaultdict(set)
    with app.pool.connection() as conn:
        around = LoggedStreams(conn)
        for record in read_after(conn, 0, 10_000):
            reaction = REACTIONS.get(type(record.event))
            told = list(reaction(record, around) if reaction else ())
            heard[record.event.topic] |= {_hearer(message) for message in told}
            bare = replace(record, event=_with_the_least(record.event))
            for message in reaction(bare, around) if reaction else ():
                if isinstance(message, Notice):
                    shown = f"{message.subject or ''}\n{_shown(app, conn, message, bare.event)}"
                else:
                    shown = _written(app, conn, message)
                assert flaws(shown) == [], (record.event.topic, shown)
    assert {topic: hearers - set(HEARS[topic]) for topic, hearers in heard.items() if hearers - set(HEARS[topic])} == {}
    silent = {(topic, who) for topic, hearers in heard.items() for who in HEARS[topic] if who not in hearers} - _RARE
    assert silent == set()


def _with_the_least(fact: Event, but: Collection[str] = ()) -> Event:
    """Return the event without all that it may lack."""
    optional = [
        name
        for name, field in type(fact).model_fields.items()
        if NoneType in get_args(field.annotation) and name not in but
    ]
    return fact.model_copy(update=dict.fromkeys(optional))


def _shown(app: Application, conn: Conn, notice: Notice, fact: Event) -> str:
    """Return what its reader sees, of things that lack all that they may."""
    streams: dict[UUID, list[Recorded]] = {}
    for stream in streams_of(notice.things.values()):
        records = app.vault.open(conn, read_stream(conn, stream))
        streams[stream] = [replace(record, event=_with_the_least(record.event)) for record in records]
    message = fill(notice.message, notice.things, streams, notice.since)
    return append_reason(message, fact.reason) if notice.with_reason and has_reason(fact) else message  # type: ignore[attr-defined]


class _Sparse(Vault):
    """Opens events without all that they may lack, but for whom they are about."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def open(self, conn: Conn, records: Sequence[Recorded], of_persons: bool = True) -> list[Recorded]:
        opened = self._vault.open(conn, records, of_persons)
        return [replace(record, event=_with_the_least(record.event, but=("email", "person_id"))) for record in opened]


def _written(app: Application, conn: Conn, letter: Letter) -> str:
    """Return subject and text of a letter, of things that lack all that they may."""
    try:
        composer = Composer(_Sparse(app.vault), app.bus.keyed, "https://parentalite.example.org")
        draft = composer.draft(conn, letter.kind, letter.address_position, letter.about)
    except NotToBeSent:
        return ""
    return "" if draft is None else f"{draft.letter.subject}\n{draft.letter.text}"


def _hearer(message: Message) -> str:
    if isinstance(message, Notice):
        return message.recipient.partition(":")[0]
    about = message.about
    for key, who in (("registration_id", REGISTRANT), ("contact_id", CONTACT), ("candidature_id", CANDIDATE)):
        if key in about:
            return who
    return INVITED

"""Who hears of which event: all of them, so that a new event without an answer fails."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
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
from application.notifications.kinds import READERS, NoticeKind
from application.notifications.reaction import Letter, Message, Notice, append_reason, has_reason
from application.wording.things import fill, streams_of
from domain.kernel.events import Event, registered_events
from eventstore.connections import Conn
from eventstore.log import read_after, read_stream
from eventstore.records import Recorded
from eventstore.vault import Vault
from tests.support.api.every_topic import an_event_of_every_topic
from tests.support.inbox import readers_of
from tests.support.papers.french_flaws import flaws
from tests.support.papers.proved_dossiers import Claim
from tests.support.world import World

ST, CO, NA, SCHOOL = "structure", "territory", "national", "school"
REGISTRANT, CONTACT, CANDIDATE, INVITED, AUTHOR = "registrant", "contact", "candidate", "invited", "author"
#: Why nobody hears: who is concerned has done it, or has just been talked to; what was there is gone; another event of
#: the same act tells it, or a list shows it; it concerns nobody in particular, and all see it.
NOBODY: tuple[str, ...] = ()
THEIR_OWN = ERASED = TOLD_OTHERWISE = OF_THE_PROGRAMME = NOBODY

#: Who hears, in some circumstances at least, or why nobody does.
HEARS = {
    "account.auditor_admitted": THEIR_OWN,
    "account.coordonnateur_appointed": THEIR_OWN,
    "account.mail_preferences_set": THEIR_OWN,
    "account.mandate_ended": THEIR_OWN,
    "account.mediateur_accepted": TOLD_OTHERWISE,
    "account.mediateur_registered": (ST,),
    "account.personal_data_erased": ERASED,
    "account.school_staff_bound": THEIR_OWN,
    "account.speaker_joined": (ST,),
    **{f"action_group.{fact}": OF_THE_PROGRAMME for fact in ("closed", "corrected", "lesson_linked", "met", "opened")},
    **{f"action_group.{fact}": OF_THE_PROGRAMME for fact in ("meeting_corrected", "member_joined", "member_left")},
    "action_group.personal_data_erased": ERASED,
    "action_group.words_erased": ERASED,
    "animation.attestation_corrected": THEIR_OWN,
    "animation.attested": THEIR_OWN,
    "animation.cancelled": (ST, CO, NA, REGISTRANT, CONTACT, AUTHOR),
    "animation.created": (CO, NA),
    "animation.ended": (ST,),
    "animation.gathered": TOLD_OTHERWISE,
    "animation.joined_series": TOLD_OTHERWISE,
    "animation.modified": (ST, CO, NA, REGISTRANT, CONTACT, AUTHOR),
    "animation.published": (ST,),
    "animation.refused": (ST,),
    "animation.released": TOLD_OTHERWISE,
    "animation.repeated": TOLD_OTHERWISE,
    "animation.resubmitted": (NA,),
    "animation.resumed": (ST, CO, NA, REGISTRANT, AUTHOR),
    "animation.sheet_attached": THEIR_OWN,
    "animation.sheet_withdrawn": THEIR_OWN,
    "animation.suspended": (ST, CO, NA, REGISTRANT, AUTHOR),
    "animation.text_blanked": (ST,),
    "animation.volunteers_named": THEIR_OWN,
    "animation.words_erased": ERASED,
    "animation_request.answered": (SCHOOL, CO),
    "animation_request.declined": (SCHOOL,),
    "animation_request.given_back": (SCHOOL, CO),
    "animation_request.lapsed": (SCHOOL, CO),
    "animation_request.reopened": (SCHOOL, CO, ST),
    "animation_request.sent": (ST, CO),
    "animation_request.taken_up": (SCHOOL, CO),
    "animation_request.withdrawn": (CO,),
    "animation_request.words_erased": ERASED,
    "attestation_form.worded": OF_THE_PROGRAMME,
    "satisfaction_form.worded": OF_THE_PROGRAMME,
    "satisfaction.answers_recorded": OF_THE_PROGRAMME,
    "candidature.accompaniment_corrected": THEIR_OWN,
    "candidature.accompaniment_recorded": THEIR_OWN,
    "candidature.certificate_issued": (CANDIDATE,),
    "candidature.certificate_requested": (CO,),
    "candidature.contact_recorded": THEIR_OWN,
    "candidature.coordonnateur_informed": (CO,),
    "candidature.opinion_given": (SCHOOL, CO),
    "candidature.personal_data_erased": ERASED,
    "candidature.pix_certified": THEIR_OWN,
    "candidature.rejected": (CANDIDATE, CO),
    "candidature.repeated": (CANDIDATE,),
    "candidature.submitted": (CANDIDATE, SCHOOL, CO),
    "candidature.training_recorded": THEIR_OWN,
    "candidature.validated": (CANDIDATE,),
    "candidature.withdrawn": (CANDIDATE, SCHOOL, CO),
    "contact.added": TOLD_OTHERWISE,
    "contact.personal_data_erased": ERASED,
    "contact.planning_sent": (CONTACT,),
    "contact.removed": THEIR_OWN,
    "contact.unsubscribed": THEIR_OWN,
    "control.answered": THEIR_OWN,
    "control.closed": TOLD_OTHERWISE,
    "control.drawn": TOLD_OTHERWISE,
    "control.opened": (ST, CO),
    "control.piece_judged": (ST, CO),
    "control.piece_words_erased": ERASED,
    "control.words_erased": ERASED,
    "convention.amended": (ST,),
    "convention.service_certified": TOLD_OTHERWISE,
    "convention.service_withdrawn": TOLD_OTHERWISE,
    "convention.signed": (ST,),
    "convention.terminated": (ST, CO, NA),
    "convention.words_erased": ERASED,
    "file.expired": ERASED,
    "invitation.accepted": TOLD_OTHERWISE,
    "invitation.personal_data_erased": ERASED,
    "invitation.revoked": THEIR_OWN,
    "invitation.sent": (INVITED,),
    "letter.refused": (ST, CO, AUTHOR),
    "logo.set": THEIR_OWN,
    "logo.withdrawn": THEIR_OWN,
    "passkey.registered": THEIR_OWN,
    "passkey.revoked": THEIR_OWN,
    "publication.author_erased": ERASED,
    "publication.author_named": TOLD_OTHERWISE,
    "publication.file_attached": TOLD_OTHERWISE,
    "publication.file_withdrawn": TOLD_OTHERWISE,
    "publication.modified": (ST,),
    "publication.proposed": (NA,),
    "publication.published": (ST,),
    "publication.refused": (ST,),
    "publication.resubmitted": (NA,),
    "publication.withdrawn": (ST,),
    "publication.words_erased": ERASED,
    "log.restored": OF_THE_PROGRAMME,
    "proof.log_checked": OF_THE_PROGRAMME,
    "proof.map_committed": OF_THE_PROGRAMME,
    "school_project.corrected": OF_THE_PROGRAMME,
    "school_project.recorded": OF_THE_PROGRAMME,
    "school_project.words_erased": ERASED,
    "signing.required": OF_THE_PROGRAMME,
    "registration.cancelled": (REGISTRANT,),
    "registration.made": (REGISTRANT,),
    "registration.personal_data_erased": ERASED,
    "registration.presence_ticked": THEIR_OWN,
    "registration.question_withdrawn": (REGISTRANT,),
    "registration.registrants_reminded": (REGISTRANT, ST, AUTHOR),
    "registration.removed": (REGISTRANT, ST, AUTHOR),
    "registration.repeated": (REGISTRANT,),
    "registration.seat_kept": (REGISTRANT,),
    "registration.seat_obtained": (REGISTRANT, ST, AUTHOR),
    "registration.seat_questioned": (REGISTRANT,),
    "registration.walk_ins_counted": THEIR_OWN,
    "school.described": OF_THE_PROGRAMME,
    "service_dossier.amendment_accepted": (ST,),
    "service_dossier.amendment_proposed": (CO,),
    "service_dossier.amendment_refused": (ST,),
    "service_dossier.certification_withdrawn": (ST, CO),
    "service_dossier.certified": (ST,),
    "service_dossier.controlled": (ST, CO),
    "service_dossier.discarded": THEIR_OWN,
    "service_dossier.drawn": (ST, CO),
    "service_dossier.gathered": TOLD_OTHERWISE,
    "service_dossier.opened": THEIR_OWN,
    "service_dossier.paid": (ST,),
    "service_dossier.piece_attached": THEIR_OWN,
    "service_dossier.piece_withdrawn": THEIR_OWN,
    "service_dossier.recovered": (ST, CO),
    "service_dossier.returned": (ST,),
    "service_dossier.submitted": (CO,),
    "service_dossier.words_erased": ERASED,
    "siret.assigned": TOLD_OTHERWISE,
    "strategy.adopted": OF_THE_PROGRAMME,
    "strategy.document_attached": OF_THE_PROGRAMME,
    "strategy.document_withdrawn": OF_THE_PROGRAMME,
    "strategy.superseded": OF_THE_PROGRAMME,
    "strategy.validated": OF_THE_PROGRAMME,
    "strategy.words_erased": ERASED,
    "strategy.written": OF_THE_PROGRAMME,
    "structure.account_opened": TOLD_OTHERWISE,
    "structure.contact_set": THEIR_OWN,
    "structure.convention_attached": TOLD_OTHERWISE,
    "structure.moved": (ST,),
    "structure.renamed": (ST,),
    "structure.words_erased": ERASED,
    "territory.candidatures_opened": OF_THE_PROGRAMME,
    "territory.joined": OF_THE_PROGRAMME,
    "typology.term_added": OF_THE_PROGRAMME,
    "typology.term_merged": OF_THE_PROGRAMME,
    "typology.term_renamed": OF_THE_PROGRAMME,
    "typology.term_retired": OF_THE_PROGRAMME,
    "typology.term_split": OF_THE_PROGRAMME,
    "webhook.paused": (ST,),
    "webhook.replayed": THEIR_OWN,
    "webhook.resumed": THEIR_OWN,
    "webhook.secret_rotated": THEIR_OWN,
    "webhook.subscribed": THEIR_OWN,
    "webhook.unsubscribed": THEIR_OWN,
    "webhook.words_erased": ERASED,
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
            reactions = list(reaction(record, around) if reaction else ())
            heard[record.event.topic] |= set(map(_hearer, reactions))
            notices = [each for each in reactions if isinstance(each, Notice)]
            assert [n for n in notices if not readers_of(n.recipient) <= READERS[NoticeKind(n.kind)]] == []
            bare = record._replace(event=_with_the_least(record.event))
            for message in reaction(bare, around) if reaction else ():
                if isinstance(message, Notice):
                    shown = f"{message.subject or ''}\n{_shown(app, conn, message, bare.event)}"
                else:
                    shown = _written(app, conn, message) if isinstance(message, Letter) else ""
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
    streams = dict[UUID, list[Recorded]]()
    for stream in streams_of(notice.things.values()):
        records = app.vault.open(conn, read_stream(conn, stream))
        streams[stream] = [record._replace(event=_with_the_least(record.event)) for record in records]
    message = fill(notice.message, notice.things, streams, notice.since)
    return append_reason(message, fact.reason) if notice.with_reason and has_reason(fact) else message  # type: ignore[attr-defined]


class _Sparse(Vault):
    """Opens events without all that they may lack, but for whom they are about."""

    def __init__(self, vault: Vault) -> None:
        self._vault = vault

    def open(self, conn: Conn, records: Sequence[Recorded], of_persons: bool = True) -> list[Recorded]:
        opened = self._vault.open(conn, records, of_persons)
        return [record._replace(event=_with_the_least(record.event, but=("email", "person_id"))) for record in opened]


def _written(app: Application, conn: Conn, letter: Letter) -> str:
    """Return subject and text of a letter, of things that lack all that they may."""
    try:
        composer = Composer(_Sparse(app.vault), app.bus.keyed, "https://parentalite.example.org", "a@example.org")
        draft = composer.draft(conn, letter.kind, letter.address_position, letter.about)
    except NotToBeSent:
        return ""
    return "" if draft is None else f"{draft.letter.subject}\n{draft.letter.text}"


def _hearer(message: Message) -> str:
    if isinstance(message, Notice):
        return message.recipient.partition(":")[0]
    about = message.about
    known = {"registration_id": REGISTRANT, "contact_id": CONTACT, "candidature_id": CANDIDATE}
    return next((who for key, who in known.items() if key in about), INVITED)

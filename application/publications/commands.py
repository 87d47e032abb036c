"""The commands on publications, and their use cases: load what the domain needs to decide, then record its events."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar
from uuid import UUID, uuid4

from application.commanding.commands import STAND_INS, ChangeCommand, Command
from application.commanding.current_typology import typology_in_force
from application.commanding.unit_of_work import UnitOfWork
from application.conventions import find_territory
from application.files.attachments import AttachFile, Digest
from domain.catalogue import PUBLICATION, STRUCTURE
from domain.kernel.errors import invalid
from domain.kernel.events import Event
from domain.kernel.people import EmailAddress
from domain.kernel.rights import Action, out_of_reach
from domain.kernel.validation import Label, Reason, TerritoryCode, validated
from domain.publications import publication as publications
from domain.publications.content import PublicationContent, PublicationKind
from domain.publications.events import PublicationAuthorNamed, PublicationFileAttached
from domain.publications.publication import CONTENT_FIELDS, Publication

_STAND_INS: Mapping[str, Any] = {
    **STAND_INS,
    "kind": PublicationKind.NEWS,
    "summary": "Résumé",
    "text": "Texte",
    "themes": ("aucun-terme",),
    **dict.fromkeys(("degree", "audience", "author", "author_email"), None),
    **dict.fromkeys(("link_labels", "link_urls"), ()),
}


class PublicationPropose(Command, PublicationContent):
    """`author` is who signs it. `draft`: what would be published at once waits for that."""

    action: ClassVar[Action] = Action.PUBLICATION_PROPOSE
    stand_ins: ClassVar[Mapping[str, Any]] = _STAND_INS

    structure_id: UUID | None = None
    territory: TerritoryCode | None = None
    author: Label | None = None
    author_email: EmailAddress | None = None
    draft: bool = False


class _PublicationChange(ChangeCommand):
    publication_id: UUID


class PublicationModify(_PublicationChange):
    """`changes` maps field names of `PublicationContent` to new values, and may name another author."""

    action: ClassVar[Action] = Action.PUBLICATION_MODIFY

    changes: dict[str, Any]


class PublicationPublish(_PublicationChange):
    action: ClassVar[Action] = Action.PUBLICATION_PUBLISH


class PublicationRefuse(_PublicationChange):
    action: ClassVar[Action] = Action.PUBLICATION_REFUSE

    reason: Reason


class PublicationWithdraw(_PublicationChange):
    action: ClassVar[Action] = Action.PUBLICATION_WITHDRAW

    reason: Reason


class PublicationFileAttach(_PublicationChange, AttachFile):
    action: ClassVar[Action] = Action.PUBLICATION_FILE_ATTACH

    label: Label | None = None


class PublicationFileWithdraw(_PublicationChange):
    action: ClassVar[Action] = Action.PUBLICATION_FILE_WITHDRAW

    sha256: Digest


class PublicationAuthorErase(Command):
    """Sent once the author's key is destroyed."""

    action: ClassVar[Action] = Action.PERSON_ERASE

    publication_id: UUID
    person_id: UUID


class _Author(Command):
    """The changes of a publication's author."""

    author: Label | None = None
    author_email: EmailAddress | None = None


def propose(command: PublicationPropose, work: UnitOfWork) -> UUID:
    publications.check_owner(work.actor, command.structure_id, command.territory)
    structure = None
    if command.structure_id is not None and (structure := work.find(STRUCTURE, command.structure_id)) is None:
        raise out_of_reach(work.actor, command.action)
    if command.territory is not None:
        find_territory(work, command.territory)
    content = PublicationContent.model_construct(**{name: getattr(command, name) for name in CONTENT_FIELDS})
    facts = publications.propose(
        content, work.actor, structure, command.territory, typology_in_force(work), publications.day_of(work.now)
    )
    publication_id = uuid4()
    owner = publications.evolve(None, publication_id, facts[0]).belongings
    work.record(PUBLICATION, publication_id, facts, owner)
    if command.author is not None or command.author_email is not None:
        _name_author(work, publication_id, command.author, command.author_email)
    state = _state(work, publication_id)
    if not command.draft and publications.publishes_directly(state, work.actor):
        publications.check_video(state)
        _record(work, state, publications.publish(state, work.actor))
    return publication_id


def modify(command: PublicationModify, work: UnitOfWork) -> UUID:
    state = _publication(command, work)
    changes = dict(command.changes)
    author: dict[str, Any] = {name: changes.pop(name) for name in ("author", "author_email") if name in changes}
    if changes or not author:
        _record(
            work,
            state,
            publications.modify(state, work.actor, changes, typology_in_force(work), publications.day_of(work.now)),
        )
    if author:
        named = validated(_Author, author)
        _name_author(work, state.id, named.author, named.author_email)
    return state.id


def _name_author(work: UnitOfWork, publication_id: UUID, author: str | None, email: str | None) -> None:
    """Name the author, by whose address the name is found when it is to be erased."""
    if author is None and email is not None:
        raise invalid("Auteur : indiquez le nom de qui a cette adresse.", "author")
    fact = PublicationAuthorNamed()
    if author is not None:
        if email is None:
            message = (
                "Adresse e-mail de l'auteur : indiquez-la, elle ne paraît pas et sert à effacer le nom sur demande."
            )
            raise invalid(message, "author_email")
        person = work.keyed.mailbox_in(email, publication_id)
        fact = PublicationAuthorNamed(person_id=person, author=author, email=email)
    state = _state(work, publication_id)
    _record(work, state, publications.name_author(state, work.actor, fact))


def publish(command: PublicationPublish, work: UnitOfWork) -> UUID:
    state = _publication(command, work)
    facts = publications.publish(state, work.actor)
    # Check new acts alone: a video that was put online before stays rightly so.
    publications.check_video(state)
    return _record(work, state, facts)


def refuse(command: PublicationRefuse, work: UnitOfWork) -> UUID:
    state = _publication(command, work)
    return _record(work, state, publications.refuse_publication(state, work.actor, command.reason))


def withdraw(command: PublicationWithdraw, work: UnitOfWork) -> UUID:
    state = _publication(command, work)
    return _record(work, state, publications.withdraw(state, work.actor, command.reason))


def attach_file(command: PublicationFileAttach, work: UnitOfWork) -> UUID:
    state = _publication(command, work)
    attached = PublicationFileAttached(
        file_name=command.file_name(f"fichier-{len(state.files) + 1}"),
        media_type=command.media_type,
        size=command.size,
        sha256=command.sha256,
        label=command.label,
    )
    _record(work, state, publications.attach_file(state, work.actor, attached))
    command.draft.keep()
    return state.id


def withdraw_file(command: PublicationFileWithdraw, work: UnitOfWork) -> UUID:
    state = _publication(command, work)
    return _record(work, state, publications.withdraw_file(state, work.actor, command.sha256))


def erase_author(command: PublicationAuthorErase, work: UnitOfWork) -> UUID:
    state = work.subject(PUBLICATION, command.publication_id, None, "Publication", "publication_id")
    return _record(work, state, publications.erase_author(state, work.actor, command.person_id))


def _publication(command: _PublicationChange, work: UnitOfWork) -> Publication:
    return work.subject(PUBLICATION, command.publication_id, command.expected_version, "Publication", "publication_id")


def _state(work: UnitOfWork, publication_id: UUID) -> Publication:
    state = work.find(PUBLICATION, publication_id)
    assert state is not None, "recorded before"
    return state


def _record(work: UnitOfWork, state: Publication, facts: list[Event]) -> UUID:
    work.record(PUBLICATION, state.id, facts, state.belongings)
    return state.id


USE_CASES = (
    (PublicationPropose, propose),
    (PublicationModify, modify),
    (PublicationPublish, publish),
    (PublicationRefuse, refuse),
    (PublicationWithdraw, withdraw),
    (PublicationFileAttach, attach_file),
    (PublicationFileWithdraw, withdraw_file),
    (PublicationAuthorErase, erase_author),
)

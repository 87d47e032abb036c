"""The streams that a dossier rests on: they follow from its own events, and a bundle holds them and no others."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from application.proof.leaves import Leaf
from domain.catalogue import ANIMATION, CONVENTION, PASSKEYS, SERVICE_DOSSIER, STRUCTURE
from domain.files.stored_file import FileExpired
from domain.kernel.identifiers import SIGNING_RULE_ID, file_id, passkeys_id
from domain.proof.events import SigningRequired
from domain.service_dossiers.events import DossierGathered, DossierOpened
from eventstore.records import Recorded


class CannotBeProved(Exception):
    """Raised when the log cannot prove a dossier; the message says why and names the position or the stream."""


class NotADossier(CannotBeProved):
    """Raised when events do not form one dossier with everything it rests on; the message says what is missing."""


@dataclass(frozen=True, slots=True)
class DossierStreams:
    """The dossier, the structure and the convention that its opening names, every animation that it ever gathered.

    `passkeys` are those of each person who signed an event of these.
    """

    dossier: UUID
    structure: UUID
    convention: UUID
    animations: tuple[UUID, ...]
    passkeys: tuple[UUID, ...] = ()

    def __iter__(self) -> Iterator[UUID]:
        yield from (self.dossier, self.structure, self.convention, *self.animations, *self.passkeys)

    @property
    def kinds(self) -> dict[UUID, str]:
        """Return what each stream is, by the word that begins the topics of its events."""
        return {
            **dict.fromkeys(self.passkeys, PASSKEYS.name),
            **dict.fromkeys(self.animations, ANIMATION.name),
            self.convention: CONVENTION.name,
            self.structure: STRUCTURE.name,
            self.dossier: SERVICE_DOSSIER.name,
        }


def streams_of(dossier_id: UUID, records: Iterable[Recorded]) -> DossierStreams:
    """Return the streams that the dossier's own events name, and the passkeys of whoever signed an event of them.

    Events of other streams are passed over. Raises NotADossier.
    """
    records = list(records)
    opened: DossierOpened | None = None
    animations: dict[UUID, None] = {}
    for record in records:
        if record.originator_id != dossier_id:
            continue
        if isinstance(record.event, DossierOpened):
            opened = opened or record.event
        elif isinstance(record.event, DossierGathered):
            animations |= dict.fromkeys(record.event.animation_ids)
    if opened is None:
        raise NotADossier(f"no event opens the dossier {dossier_id}")
    streams = DossierStreams(dossier_id, opened.structure_id, opened.convention_id, tuple(animations))
    return replace(streams, passkeys=_passkeys_of(set(streams), records))


def _passkeys_of(streams: set[UUID], records: Iterable[Recorded]) -> tuple[UUID, ...]:
    stamps = (record.stamp for record in records if record.originator_id in streams)
    signers = {stamp.person: None for stamp in stamps if stamp.signature is not None and stamp.person is not None}
    return tuple(map(passkeys_id, signers))


def check_streams(streams: DossierStreams, records: Sequence[Recorded]) -> None:
    """Raises NotADossier unless the records are those of these streams, none missing.

    Beside them stand those of expired files, and those that tell who had to sign.
    """
    kinds = streams.kinds
    present = {record.originator_id for record in records}
    for stream in streams:
        if stream not in present:
            raise NotADossier(f"the events of its {kinds[stream]} {stream} are missing")
    for record in records:
        stream, topic = record.originator_id, record.event.topic
        if isinstance(record.event, FileExpired) and stream == file_id(record.event.sha256):
            continue
        if isinstance(record.event, SigningRequired) and stream == SIGNING_RULE_ID:
            continue
        kind = kinds.get(stream)
        if kind is None:
            raise NotADossier(f"stream {stream} ({topic}, position {record.position}) is none that the dossier names")
        if topic.partition(".")[0] != kind:
            raise NotADossier(f"stream {stream} is a {kind} by the dossier's events, and holds {topic}")


def check_whole(leaves: Iterable[Leaf]) -> None:
    """Raises CannotBeProved unless positions begin at 1 and each stream has versions 1, 2, 3…"""
    versions: dict[UUID, int] = {}
    for leaf in leaves:
        expected = versions.get(leaf.aggregate_id, 0) + 1
        if leaf.position < 1:
            raise CannotBeProved(f"an event of stream {leaf.aggregate_id} stands at position {leaf.position}, below 1")
        if leaf.version != expected:
            raise CannotBeProved(
                f"position {leaf.position} holds version {leaf.version} of stream {leaf.aggregate_id}, where version "
                f"{expected} is next"
            )
        versions[leaf.aggregate_id] = leaf.version


def expired_files(records: Iterable[Recorded]) -> frozenset[str]:
    """Return the SHA-256 of the files that these events report as deleted at the end of their retention."""
    return frozenset(record.event.sha256 for record in records if isinstance(record.event, FileExpired))

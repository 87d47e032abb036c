"""The file of a sheet is in its place before the event that names it, and nothing is left behind by a refusal."""

from __future__ import annotations

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from application.animations.attendance_sheets import AttendanceSheetAttach
from application.application import Application
from application.files.store import FileStore
from domain.animations.events import AttendanceSheetAttached
from domain.kernel.actors import Actor
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.events import Event
from eventstore.log import read_stream
from eventstore.recording.batches import Outcome
from tests.support.world import NATIONAL, STRUCTURE, World

Attach = Callable[..., Outcome]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "files"


@pytest.fixture
def attach(world: World, folder: Path) -> Attach:
    def attached(animation: UUID, content: bytes, who: Actor = STRUCTURE, key: UUID | None = None) -> Outcome:
        with FileStore(folder).draft(io.BytesIO(content)) as draft:
            command = AttendanceSheetAttach(
                animation_id=animation,
                idempotency_key=key,
                media_type="application/pdf",
                size=draft.size,
                sha256=draft.sha256,
                draft=draft,
            )
            return world.does(command, who)

    return attached


@pytest.fixture
def over(world: World) -> UUID:
    """An animation that was published and has ended."""
    animation = world.creates()
    world.publishes(animation)
    world.now += timedelta(days=1)
    return animation


def kept(folder: Path) -> set[str]:
    return {path.parent.name + path.name for path in folder.rglob("*") if path.is_file()}


def history(app: Application, animation: UUID) -> list[Event]:
    with app.pool.connection() as conn:
        return [record.event for record in read_stream(conn, animation)]


def refusal(attach: Attach, *values) -> ErrorCode:
    with pytest.raises(DomainError) as refused:
        attach(*values)
    return refused.value.code


def test_the_sheet_is_recorded_by_its_digest_and_history_keeps_the_one_it_replaces(attach, over, app, folder):
    attach(over, b"first")
    attach(over, b"second")
    sheets = [fact for fact in history(app, over) if isinstance(fact, AttendanceSheetAttached)]
    assert [FileStore(folder).read(sheet.sha256) for sheet in sheets] == [b"first", b"second"]
    assert [sheet.size for sheet in sheets] == [5, 6]


def test_a_refusal_records_nothing_and_leaves_no_file(attach, world, over, app, folder):
    early = world.creates()
    world.publishes(early)
    before = history(app, over)
    assert refusal(attach, early, b"too early") is ErrorCode.RULE_BROKEN
    assert refusal(attach, over, b"not theirs", NATIONAL) is ErrorCode.FORBIDDEN
    assert refusal(attach, uuid4(), b"of nothing") is ErrorCode.FORBIDDEN
    assert (history(app, over), kept(folder)) == (before, set())


def test_the_very_same_file_is_refused_and_stays_kept(attach, over, folder):
    attach(over, b"signed")
    assert refusal(attach, over, b"signed") is ErrorCode.RULE_BROKEN
    assert len(kept(folder)) == 1


def test_a_repeated_upload_is_answered_with_the_first_outcome_and_one_of_other_content_is_a_duplicate(attach, over):
    key = uuid4()
    first = attach(over, b"signed", STRUCTURE, key)
    assert attach(over, b"signed", STRUCTURE, key) == first
    assert refusal(attach, over, b"other", STRUCTURE, key) is ErrorCode.DUPLICATE


def test_of_the_same_file_sent_many_times_at_once_one_is_recorded(attach, over, app, folder):
    def send(_: int) -> bool:
        try:
            attach(over, b"signed")
        except DomainError:
            return False
        return True

    with ThreadPoolExecutor(6) as threads:
        assert sum(threads.map(send, range(12))) == 1
    (sheet,) = (fact for fact in history(app, over) if isinstance(fact, AttendanceSheetAttached))
    assert kept(folder) == {sheet.sha256}


def test_a_file_that_cannot_be_kept_records_nothing(attach, over, app, folder, monkeypatch):
    def full(*paths: object) -> None:
        raise OSError(28, "No space left on device")

    before = history(app, over)
    monkeypatch.setattr("application.files.store.os.replace", full)
    with pytest.raises(OSError, match="No space"):
        attach(over, b"signed")
    assert (history(app, over), kept(folder)) == (before, set())

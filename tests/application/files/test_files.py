"""Files are kept under their digest, and given back byte for byte or not at all."""

from __future__ import annotations

import io
import logging
import os
import time
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from application.files.store import FileChanged, FileMissing, FileStore

CONTENT = os.urandom(700_000)
DIGEST = sha256(CONTENT).hexdigest()


@pytest.fixture
def store(tmp_path: Path) -> FileStore:
    return FileStore(tmp_path / "files")


def keep(store: FileStore, content: bytes = CONTENT) -> str:
    with store.draft(io.BytesIO(content)) as draft:
        draft.keep()
        return draft.sha256


def files(folder: Path) -> list[Path]:
    return sorted(path.relative_to(folder) for path in folder.rglob("*") if path.is_file())


def test_what_is_kept_stands_under_its_digest_and_is_given_back(store: FileStore, tmp_path: Path):
    with store.draft(io.BytesIO(CONTENT)) as draft:
        assert (draft.sha256, draft.size) == (DIGEST, len(CONTENT))
        draft.keep()
    assert store.read(DIGEST) == CONTENT
    assert files(tmp_path) == [Path("files", DIGEST[:2], DIGEST[2:])]
    assert (tmp_path / "files" / DIGEST[:2] / DIGEST[2:]).stat().st_mode & 0o077 == 0


def test_what_is_not_kept_leaves_nothing_behind(store: FileStore, tmp_path: Path):
    with store.draft(io.BytesIO(CONTENT)):
        pass
    with pytest.raises(RuntimeError), store.draft(io.BytesIO(CONTENT)):
        raise RuntimeError
    assert files(tmp_path) == []


def test_a_source_that_breaks_off_leaves_nothing_behind(store: FileStore, tmp_path: Path):
    class BreaksOff(io.BytesIO):
        def read(self, size: int | None = -1) -> bytes:
            if self.tell():
                raise ConnectionError
            return super().read(size)

    with pytest.raises(ConnectionError), store.draft(BreaksOff(CONTENT)):
        raise AssertionError("there is no draft")
    assert files(tmp_path) == []


def test_keeping_twice_and_keeping_again_is_keeping_once(store: FileStore, tmp_path: Path):
    with store.draft(io.BytesIO(CONTENT)) as draft:
        draft.keep()
        draft.keep()
    keep(store)
    assert len(files(tmp_path)) == 1
    assert store.read(DIGEST) == CONTENT


def test_many_may_keep_the_same_at_once(store: FileStore, tmp_path: Path):
    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(lambda _: keep(store), range(24))) == {DIGEST}
    assert len(files(tmp_path)) == 1
    assert store.read(DIGEST) == CONTENT


def test_an_empty_file_has_a_digest_too(store: FileStore):
    with store.draft(io.BytesIO(b"")) as draft:
        assert (draft.sha256, draft.size) == (sha256(b"").hexdigest(), 0)


@pytest.mark.parametrize(
    "changed",
    [CONTENT[:-1], CONTENT + b"x", CONTENT[:9] + bytes([CONTENT[9] ^ 1]) + CONTENT[10:], b""],
    ids=["shorter", "longer", "a bit", "empty"],
)
def test_a_changed_file_is_reported_and_not_served(store: FileStore, tmp_path: Path, changed: bytes, caplog):
    keep(store)
    (tmp_path / "files" / DIGEST[:2] / DIGEST[2:]).write_bytes(changed)
    with caplog.at_level(logging.ERROR), pytest.raises(FileChanged, match="empreinte"):
        store.read(DIGEST)
    assert [record.sha256 for record in caplog.records] == [DIGEST]


def test_a_changed_file_is_put_right_by_handing_it_in_again(store: FileStore, tmp_path: Path):
    keep(store)
    (tmp_path / "files" / DIGEST[:2] / DIGEST[2:]).write_bytes(b"other")
    keep(store)
    assert store.read(DIGEST) == CONTENT


def test_a_missing_file_is_reported(store: FileStore, caplog):
    with caplog.at_level(logging.ERROR), pytest.raises(FileMissing, match="introuvable"):
        store.read(DIGEST)
    assert [record.sha256 for record in caplog.records] == [DIGEST]


@pytest.mark.parametrize(
    "name",
    ["", "../../etc/passwd", "A" * 64, DIGEST[:-1], f"{DIGEST}\n"],
    ids=["nothing", "a path", "capitals", "too short", "a line"],
)
def test_only_a_digest_names_a_file(store: FileStore, name: str):
    with pytest.raises(ValueError, match="hexadecimal"):
        store.read(name)


def test_what_a_killed_process_left_goes_after_a_day_and_work_under_way_stays(store: FileStore, tmp_path: Path):
    drafts = tmp_path / "files" / "drafts"
    with store.draft(io.BytesIO(CONTENT)) as draft:
        (drafts / "left").write_bytes(b"half")
        os.utime(drafts / "left", (0, time.time() - 25 * 3600))
        FileStore(tmp_path / "files")
        assert list(drafts.iterdir()) == [draft.path]

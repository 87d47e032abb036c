"""Files of strangers are opened by processes of their own, which end when a file takes too much, and know no secret."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest

from application.files.scanning.opening import Openers, Stopped
from tests.support.papers.dossiers import jpeg, pdf

PDF = "application/pdf"


@pytest.fixture
def openers() -> Iterator[Openers]:
    openers = Openers(at_once=2)
    yield openers
    openers.close()


def _file(folder: Path, content: bytes, name: str = "draft") -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def _endless() -> bytes:
    """A PDF whose end is looked for line by line, for minutes."""
    return pdf() + b"startxref\n" * 1_500_000


def test_a_file_that_takes_too_long_ends_its_process_and_no_other(tmp_path: Path):
    openers = Openers(at_once=2, patience=1.5)
    usual, endless = _file(tmp_path, pdf(), "usual"), _file(tmp_path, _endless(), "endless")
    assert openers.open(PDF, usual).reason is None
    with ThreadPoolExecutor() as pool:
        began = monotonic()
        waiting = pool.submit(openers.open, PDF, endless)
        assert openers.open(PDF, usual).reason is None
        with pytest.raises(Stopped):
            waiting.result()
        assert monotonic() - began < 10
    assert openers.open(PDF, usual).reason is None
    openers.close()


def test_a_picture_that_takes_too_much_memory_is_refused(tmp_path: Path, openers: Openers):
    # Within what a picture may have of points, but 16 bits for each of four channels, interlaced.
    width, height = 12_000, 6_600
    rows = zlib.compressobj(1)
    row = b"\0" + bytes(width * 8)
    packed = b"".join(rows.compress(row) for _ in range(height)) + rows.flush()
    header = struct.pack(">IIBBBBB", width, height, 16, 6, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"IDAT", packed), (b"IEND", b"")]
    content = b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data)) for kind, data in chunks
    )
    opened = openers.open("image/png", _file(tmp_path, content))
    # Whether it fits is the library's matter: it is whole, or too large, and the next file is opened as ever.
    assert (opened.reason, opened.error) in ((None, None), ("le fichier demande trop de mémoire", "MemoryError"))
    assert openers.open("image/jpeg", _file(tmp_path, jpeg())).reason is None


def test_the_process_knows_nothing_of_our_environment(
    tmp_path: Path, openers: Openers, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setenv("PARENTALITE_MASTER_KEY", "the secret of this test")
    openers.open(PDF, _file(tmp_path, pdf()))
    (opener,) = openers._idle
    environment = Path(f"/proc/{opener._process.pid}/environ")
    if not environment.exists():
        pytest.skip("this system does not tell the environment of a process")
    assert b"PARENTALITE" not in environment.read_bytes()
    limits = Path(f"/proc/{opener._process.pid}/limits").read_text()
    assert "Max file size             0 " in limits
    assert "Max address space         1500000000" in limits


def test_a_process_that_was_ended_from_outside_is_replaced(tmp_path: Path, openers: Openers):
    usual = _file(tmp_path, pdf())
    openers.open(PDF, usual)
    (opener,) = openers._idle
    opener._process.kill()
    opener._process.wait()
    assert openers.open(PDF, usual).reason is None

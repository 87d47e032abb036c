"""Logs are for people: a library that has much to say of what a client sent does not fill the disk."""

from __future__ import annotations

import logging

import pytest

from cli.logs import set_up_logs


def test_a_library_writes_so_many_lines_a_minute_from_one_place_and_we_all_of_ours(capfd: pytest.CaptureFixture[str]):
    before = logging.getLogger().handlers[:]
    try:
        set_up_logs("INFO")
        for number in range(1_000):
            logging.getLogger("pypdf._reader").warning("line %s of a file", number)
        logging.getLogger("pypdf._reader").warning("another place")
        for number in range(40):
            logging.getLogger("application.commanding.bus").info("command %s", number)
    finally:
        logging.basicConfig(level=logging.WARNING, handlers=before, force=True)
    lines = capfd.readouterr().err.splitlines()
    assert len([line for line in lines if "of a file" in line]) == 30
    assert "line 29 of a file (and more of it" in lines[29]
    assert [line for line in lines if "another place" in line]
    assert len([line for line in lines if "command" in line]) == 40

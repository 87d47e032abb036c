"""Projector, rebuild and change of terms, each killed at a random moment: in the end all is as if nobody had been."""

from __future__ import annotations

import os
import signal
import time
from contextlib import suppress
from multiprocessing import get_context
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import Synchronized
from random import Random

import pytest

from application.application import Application
from application.typology import TermMerge, TermRename, TermRetire
from domain.kernel.errors import DomainError
from domain.typology.typology import TermKind
from projections.engine import parallel
from projections.engine.fill import shares
from projections.engine.generations import State, generations, prepare
from projections.engine.rebuild import rebuild, renew
from projections.engine.runner import projecting
from projections.registry import projections
from projections.typology.renewing import left_behind, renewing
from tests.projections.test_exactness import assert_exact
from tests.projections.test_projector import all_read, kill, start_projector
from tests.support.conditions import until
from tests.support.soak import TIMES
from tests.support.world import MASTER_KEY, NATIONAL, THEMES, World

_processes = get_context("forkserver")
_processes.set_forkserver_preload([__name__])
#: About as long as a rebuild of so few events takes.
LONGEST_SECONDS = 1.0


def fill_for_ever(url: str, whole: bool) -> None:
    while True:
        if whole:
            rebuild(url, MASTER_KEY, [])
        else:
            renew(url, MASTER_KEY, ["animations"])


def start_filling(url: str, whole: bool) -> BaseProcess:
    process = _processes.Process(target=fill_for_ever, args=(url, whole), daemon=True)
    process.start()
    return process


def change_terms(world: World, random: Random) -> None:
    code, into = random.sample(THEMES, 2)
    command = random.choice(
        (
            TermMerge(kind=TermKind.THEME, source=code, into=into),
            TermRename(kind=TermKind.THEME, code=code, label=f"Nom {random.random()}"),
            TermRetire(kind=TermKind.THEME, code=code),
        )
    )
    # Most themes are merged or retired already.
    with suppress(DomainError):
        world.does(command, NATIONAL)


def test_whatever_is_killed_while_terms_change_the_rows_are_those_of_a_whole_rebuild(
    world: World, app: Application, fresh_url: str
) -> None:
    """`make soak-kills` goes on for 40 rounds; two projectors run at once in each."""
    random = Random(47)
    with app.pool.connection() as conn:
        prepare(conn, projections)
        for number in range(2 * TIMES):
            killed = [
                start_projector(fresh_url),
                start_projector(fresh_url),
                start_filling(fresh_url, whole=number % 2 == 0),
            ]
            for _ in range(4):
                world.acts_at_random(random)
            change_terms(world, random)
            random.shuffle(killed)
            for process in killed:
                time.sleep(random.uniform(0, LONGEST_SECONDS))
                kill(process)
        with projecting(fresh_url, app.vault), renewing(fresh_url, MASTER_KEY):
            until(lambda: all_read(app) and not left_behind(conn) and not list(generations(conn, State.BUILDING)))
    assert_exact(app)


def test_a_rebuild_ends_with_an_error_where_a_process_beside_it_was_killed_while_it_took_its_share(monkeypatch) -> None:
    monkeypatch.setattr(parallel, "_MOST_SECONDS_TO_COUNT", 0.01)
    shares_taken = _processes.Value("i", 0)
    counting = _processes.Process(target=_die_while_counting, args=(shares_taken,))
    counting.start()
    counting.join(60)
    assert counting.exitcode == -signal.SIGKILL
    with pytest.raises(RuntimeError, match="took its share"):
        next(parallel._until_none_is_left(shares(1, 1), shares_taken))


def _die_while_counting(shares_taken: Synchronized[int]) -> None:
    with shares_taken.get_lock():
        os.kill(os.getpid(), signal.SIGKILL)

"""`parentalite went-back`: read models that were ahead of the log are filled anew, also by a second attempt."""

from __future__ import annotations

from cli.backups import went_back
from eventstore.log import head, read_topics
from projections.engine.generations import State, generations
from projections.engine.rebuild import rebuild
from projections.engine.switching import RebuildRefused
from tests.cli.conftest import project


def test_what_a_refused_rebuild_left_ahead_of_the_log_is_filled_anew_by_the_next_attempt(
    run, opened, world, monkeypatch
):
    project(opened)
    filled: list[list[str]] = []

    def rebuild_in_time(url, master_key, names):
        filled.append(list(names))
        if len(filled) == 1:
            raise RebuildRefused("another rebuild is running")
        return rebuild(url, master_key, names)

    monkeypatch.setattr(went_back, "rebuild", rebuild_in_time)
    with opened.connection() as conn:
        last = head(conn)
        ahead = "UPDATE read_models.generations SET position = %s WHERE name = 'animations' AND state = 'live'"
        conn.execute(ahead, (last + 3,))
        assert run("went-back", "--why", "Serveur perdu").exit_code != 0
        assert read_topics(conn, ["log.restored"]) == []
        done = run("went-back", "--why", "Serveur perdu")
        assert done.exit_code == 0, done.output
        (loss,) = read_topics(conn, ["log.restored"])
        assert loss.position > last + 3
        (live,) = [live for live in generations(conn, State.LIVE) if live.name == "animations"]
    assert (filled, live.position >= last, live.generation > 1) == ([["animations"]] * 2, True, True)

"""Jobs run when their time has come, whatever the clock once said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import partial

from application.followers.scheduling import Job, each, run_due

NOW = datetime(2026, 9, 23, 12, 0, tzinfo=UTC)


def test_a_clock_that_was_ahead_once_silences_no_job(app):
    ran = []

    def count(now: datetime, since: datetime) -> int:
        ran.append(now)
        return 1

    job = Job("counted", timedelta(hours=1), count)
    with app.pool.connection() as conn:
        run_due(conn, [job], NOW + timedelta(days=365))
        run_due(conn, [job], NOW)
        run_due(conn, [job], NOW + timedelta(minutes=59))
        run_due(conn, [job], NOW + timedelta(minutes=60))
    assert ran == [NOW + timedelta(days=365), NOW, NOW + timedelta(minutes=60)]


def _counting(ran: list[datetime]) -> Job:
    def count(now: datetime, since: datetime) -> int:
        ran.append(now)
        return 1

    return Job("counted", timedelta(seconds=30), count)


def test_a_job_that_raises_stops_no_other_is_recorded_and_tried_ever_less_often(app, caplog):
    ran: list[datetime] = []
    tried: list[int] = []

    def breaks(now: datetime, since: datetime) -> int:
        tried.append(int((now - NOW).total_seconds()))
        raise AttributeError("p1@example.org is personal")

    jobs = [Job("broken", timedelta(days=1), breaks), _counting(ran)]
    with app.pool.connection() as conn:
        for seconds in range(0, 600, 30):
            run_due(conn, jobs, NOW + timedelta(seconds=seconds))
        failures = conn.execute("SELECT job, failures, reason FROM job_failures").fetchall()
    assert len(ran) == 20
    assert tried == [0, 30, 90, 210, 450]
    ((job, count, reason),) = failures
    assert (job, count) == ("broken", 5)
    assert reason.startswith("AttributeError at test_scheduling.py:")
    assert [record.levelname for record in caplog.records if record.message == "job failed"] == ["ERROR"]
    assert "personal" not in "".join(str(vars(record)) for record in caplog.records)


def test_a_job_that_is_due_at_every_look_is_tried_ever_less_often_too(app, caplog):
    tried: list[int] = []

    def breaks(now: datetime, since: datetime) -> int:
        tried.append(int((now - NOW).total_seconds()))
        return each([lambda: None, lambda: 1 // 0])

    job = Job("often", timedelta(seconds=5), breaks)
    with app.pool.connection() as conn:
        for seconds in range(0, 1200, 5):
            run_due(conn, [job], NOW + timedelta(seconds=seconds))
        assert conn.execute("SELECT failures FROM job_failures").fetchall() == [(len(tried),)]
    assert tried == [0, 30, 90, 210, 450, 750, 1050]
    assert [record.levelname for record in caplog.records if record.message == "job failed"] == ["ERROR"]


def test_a_job_that_works_again_is_failing_no_more(app):
    faults = [AttributeError(), None]

    def mends(now: datetime, since: datetime) -> int:
        if fault := faults.pop(0):
            raise fault
        return 1

    job = Job("mended", timedelta(days=1), mends)
    with app.pool.connection() as conn:
        assert run_due(conn, [job], NOW) == {}
        assert run_due(conn, [job], NOW + timedelta(seconds=30)) == {"mended": 1}
        assert conn.execute("SELECT * FROM job_failures").fetchall() == []


def test_one_thing_that_a_job_cannot_do_stops_none_of_the_others(app):
    done: list[int] = []

    def do(number: int) -> None:
        if number == 1:
            raise KeyError
        done.append(number)

    job = Job("parts", timedelta(days=1), lambda now, since: each(partial(do, number) for number in range(4)))
    with app.pool.connection() as conn:
        assert run_due(conn, [job], NOW) == {"parts": 3}
        assert conn.execute("SELECT job, failures FROM job_failures").fetchall() == [("parts", 1)]
    assert done == [0, 2, 3]


def test_a_nightly_job_runs_once_a_night_at_its_hour_and_makes_up_for_a_missed_night(app):
    ran: list[datetime] = []

    def count(now: datetime, since: datetime) -> int:
        ran.append(now)
        return 1

    job = Job("nightly", timedelta(days=1), count, hour=2)
    nights = [NOW.replace(hour=2) + timedelta(days=day) for day in range(1, 5)]
    with app.pool.connection() as conn:
        for minutes in range(0, 24 * 60, 10):
            run_due(conn, [job], NOW + timedelta(minutes=minutes))
        run_due(conn, [job], nights[1] - timedelta(seconds=1))
        run_due(conn, [job], nights[1] + timedelta(minutes=7))
        # Nobody worked in the third night.
        run_due(conn, [job], nights[2] + timedelta(hours=9))
        run_due(conn, [job], nights[2] + timedelta(hours=10))
    assert ran == [nights[0], nights[1] + timedelta(minutes=7), nights[2] + timedelta(hours=9)]

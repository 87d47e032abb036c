"""Jobs run when their time has come, whatever the clock once said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from application.scheduling import Job, run_due

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

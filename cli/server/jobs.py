"""The scheduler's jobs: see `application.followers.scheduling`."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import partial

from psycopg import sql

from application import founding
from application.animation_requests import AnimationRequestAnswer, AnimationRequestLapse
from application.animations.commands import AnimationEnd, AnimationSuspend
from application.application import Application
from application.backups.erasures import keep_erasures
from application.commanding.commands import Command
from application.files.store import FileStore
from application.followers.packets import record_answers
from application.followers.reminding import LATEST, REMINDERS, remind
from application.followers.scheduling import Job, each
from application.followers.tidying import tidy
from application.hosting.settings import Settings
from application.reminders import RegistrantsRemind
from cli.composition import event_guard
from cli.people.forgetting import forget
from cli.people.retaining import erasures, find_overdue
from cli.server.following import REOPENED, RESUMED, Following, move, position_of, reached_by, to_command
from cli.server.nightly import check_log_and_read_models
from domain.kernel.actors import SYSTEM
from domain.kernel.errors import DomainError, ErrorCode
from eventstore.leasing.leases import writing_on
from projections.animation_requests import queries as request_queries
from projections.animations import queries
from projections.engine.generations import live_tables
from projections.registrations import queries as registration_queries

#: Animations ended in one run.
BATCH = 500
#: An hour of the night in every territory except those of the Pacific (UTC).
ANSWERS_HOUR = 1


def jobs(app: Application, settings: Settings) -> list[Job]:
    ahead = timedelta(days=settings.reminder_days)
    return [
        Job("animations-ended", timedelta(seconds=30), lambda now, since: end_animations(app, now, since)),
        Job("animations-suspended", timedelta(seconds=30), lambda now, since: suspend_uncovered(app, now)),
        Job(RESUMED.job, timedelta(seconds=30), lambda now, since: follow(app, RESUMED, now)),
        Job("attestations-reminded", timedelta(hours=1), lambda now, since: remind_of_attestations(app, now)),
        Job("registrants-reminded", timedelta(minutes=5), lambda now, since: remind_registrants(app, ahead, now)),
        Job(REOPENED.job, timedelta(seconds=5), lambda now, since: follow(app, REOPENED, now)),
        Job("requests-answered-again", timedelta(seconds=5), lambda now, since: answer_again(app, now)),
        Job("requests-lapsed", timedelta(hours=1), lambda now, since: let_requests_lapse(app, now)),
        Job("retention", timedelta(days=1), lambda now, since: retain(app, settings, now)),
        # Index a long history before somebody asks to be erased, not while they wait.
        Job("people-index", timedelta(minutes=5), lambda now, since: app.index_people()),
        Job("erasures-listed", timedelta(minutes=5), lambda now, since: list_erasures(app, settings)),
        Job("tidying", timedelta(hours=1), lambda now, since: tidy_tables(app)),
        Job(
            "log-checked",
            timedelta(days=1),
            lambda now, since: check_log_and_read_models(app, settings.master_key, event_guard(settings), now),
            hour=settings.check_hour,
        ),
        # Once a night, so that the time of the record tells no more than the day of an answer.
        Job("answers-recorded", timedelta(days=1), lambda now, since: record_answers(app.bus, now), hour=ANSWERS_HOUR),
        Job("forgetting", timedelta(hours=1), lambda now, since: forget(str(app.pool.conninfo), settings.master_key)),
    ]


def list_erasures(app: Application, settings: Settings) -> int:
    """List destroyed keys outside of the database: an older backup would bring them back."""
    with app.pool.connection() as conn:
        return keep_erasures(settings.erasures, conn)


def end_animations(app: Application, now: datetime, since: datetime) -> int:
    """Record that animations have ended, which invites their structures to attest.

    Once each, however many processes run: the animation refuses a second time.
    """
    with app.pool.connection() as conn:
        query = sql.SQL(queries.ENDED).format(**live_tables(conn))
        rows = conn.execute(query, {"since": since, "now": now, "most": BATCH}).fetchall()
    return each(partial(_record, app, AnimationEnd(animation_id=animation_id), now) for (animation_id,) in rows)


def _record(app: Application, command: Command, now: datetime) -> bool:
    """Return False if the command no longer applies: something happened since the read model was written."""
    try:
        app.execute(command, SYSTEM, now)
    except DomainError as error:
        if error.code is not ErrorCode.RULE_BROKEN:
            raise
        return False
    return True


def suspend_uncovered(app: Application, now: datetime) -> int:
    """Suspend animations to come that no convention covers any more.

    Whether somebody may register follows from the conventions themselves: this tells everybody of it, once.
    """
    with app.pool.connection() as conn:
        query = sql.SQL(queries.TO_SUSPEND).format(**live_tables(conn))
        rows = conn.execute(query, {"now": now, "most": BATCH}).fetchall()
    return each(partial(_record, app, AnimationSuspend(animation_id=animation_id), now) for (animation_id,) in rows)


def follow(app: Application, following: Following, now: datetime) -> int:
    """Give the commands that what has happened since the last run asks for."""
    with app.pool.connection() as conn:
        after, until = position_of(conn, following.job), reached_by(conn, following)
    things = to_command(app.pool, following, after, until)
    # If one fails all that has happened since is looked at again.
    did = each(partial(_record, app, following.command(thing), now) for thing in things)
    if until > after:
        with writing_on(app.pool) as conn:
            move(conn, following.job, until)
    return did


def remind_of_attestations(app: Application, now: datetime) -> int:
    """Remind structures of what waits for its attestation. Return the number of reminders written."""
    written = 0
    with writing_on(app.pool) as conn:
        query = sql.SQL(queries.UNATTESTED_SINCE).format(**live_tables(conn))
        for reminder in REMINDERS:
            until = now - reminder.after
            params = {"now": now, "until": until, "since": until - LATEST, "most": BATCH}
            for (animation_id,) in conn.execute(query, params).fetchall():
                written += remind(conn, animation_id, reminder)
    return written


def remind_registrants(app: Application, ahead: timedelta, now: datetime) -> int:
    """Remind registrants of what takes place so far ahead. Return of how many animations."""
    if not ahead:
        return 0
    with app.pool.connection() as conn:
        query = sql.SQL(registration_queries.TO_REMIND).format(**live_tables(conn))
        rows = conn.execute(query, {"now": now, "until": now + ahead, "most": BATCH}).fetchall()
    commands = [RegistrantsRemind(animation_id=animation_id, ahead=ahead) for (animation_id,) in rows]
    return each(partial(_record, app, command, now) for command in commands)


def let_requests_lapse(app: Application, now: datetime) -> int:
    """Let schools' requests go whose period is over, everywhere on Earth."""
    with app.pool.connection() as conn:
        query = sql.SQL(request_queries.TO_LAPSE).format(**live_tables(conn))
        params = {"day": (now - timedelta(hours=12)).date(), "most": BATCH}
        rows = conn.execute(query, params).fetchall()
    return each(partial(_record, app, AnimationRequestLapse(request_id=request_id), now) for (request_id,) in rows)


def answer_again(app: Application, now: datetime) -> int:
    """Say that animations which were refused and are submitted again answer their schools' requests as before."""
    with app.pool.connection() as conn:
        query = sql.SQL(request_queries.TO_ANSWER_AGAIN).format(**live_tables(conn))
        rows = conn.execute(query, {"most": BATCH, "now": now}).fetchall()
    commands = (AnimationRequestAnswer(request_id=request, animation_id=animation) for request, animation in rows)
    return each(partial(_record, app, command, now) for command in commands)


def retain(app: Application, settings: Settings, now: datetime) -> int:
    """Erase everything whose retention has ended."""
    store = FileStore(settings.files)
    with app.pool.connection() as conn:
        overdue = find_overdue(conn, store, settings.retention, now)
    return each(erasures(app, store, overdue, now))


def tidy_tables(app: Application) -> int:
    """Delete rows that nobody needs any more."""
    with writing_on(app.pool) as conn:
        return tidy(conn, founding.keys())

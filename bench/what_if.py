"""Count every certified dossier of a long log under other terms, beside the log's own terms."""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain
from pathlib import Path
from uuid import UUID, uuid4

import psycopg

from application.service_dossiers.what_if import Report, Terms, what_if
from bench.support.logs import SEASON_END, season_log
from bench.support.stage import EVENT_KEYS, Goal, about_the_machine, judge, server, show
from domain.kernel.actors import Role
from domain.kernel.events import Event
from domain.service_dossiers.events import DossierCertified, DossierOpened, DossierPaid, DossierSubmitted, ServiceLine
from eventstore.bulk import EVENTS_PER_TRANSACTION, Row, append_rows, in_batches
from eventstore.records import Stamp, encode

GOAL_SECONDS = 30
ANIMATIONS_A_DOSSIER = 10
RATE = Decimal("150.00")
OTHERWISE = {
    "the log's own terms": Terms(),
    "one rate for all": Terms(of_all=Decimal("80.00")),
    "a rate for one type": Terms(of_type={"cafe-des-parents": Decimal("80.00")}),
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000, help="size of the log (default 1,000,000)")
    parser.add_argument("--keep", type=Path, help="a folder to keep the log in, for the next run")
    arguments = parser.parse_args()
    with server(arguments.keep) as server_url:
        url = season_log(server_url, arguments.events)
        print(about_the_machine(server_url))
        with psycopg.connect(url, autocommit=True) as conn:
            pay_all(conn)
            reports = {name: _timed(conn, terms) for name, terms in OTHERWISE.items()}
    rows = [
        (name, f"{report.dossiers:,}", f"{len(report.differences):,}", f"{seconds:.1f}")
        for name, (report, seconds) in reports.items()
    ]
    identity, _ = reports["the log's own terms"]
    show(f"{identity.position:,} events", ("", "dossiers", "paid otherwise", "seconds"), rows)
    judge(
        [
            Goal("dossiers that differ under the log's own terms", len(identity.differences), 0, at_least=False),
            *(
                Goal(f"{name}: seconds", seconds, GOAL_SECONDS, at_least=False)
                for name, (_, seconds) in reports.items()
            ),
        ]
    )


def pay_all(conn: psycopg.Connection) -> None:
    """Append a dossier for each ten attested animations, up to its payment, unless an earlier run did."""
    if conn.execute("SELECT FROM stored_events WHERE topic = 'service_dossier.paid' LIMIT 1").fetchone():
        return
    attested = (
        "SELECT originator_id, min(notification_id) FROM stored_events WHERE topic = 'animation.attested' GROUP BY 1"
    )
    animations = [row[0] for row in conn.execute(f"{attested} ORDER BY 2").fetchall()]
    places = range(0, len(animations), ANIMATIONS_A_DOSSIER)
    dossiers = (list(_dossier(animations[place : place + ANIMATIONS_A_DOSSIER])) for place in places)
    for batch in in_batches(dossiers, EVENTS_PER_TRANSACTION):
        append_rows(conn, EVENT_KEYS, chain.from_iterable(batch))


def _dossier(animations: Sequence[UUID]) -> Iterator[Row]:
    dossier, until = uuid4(), SEASON_END.date()
    lines = tuple(
        ServiceLine(
            animation_id=animation, animation_version=3, held_on=until, parents=10, children=0, sheets=(), rate=RATE
        )
        for animation in animations
    )
    amount = RATE * len(lines)
    opened = DossierOpened(
        structure_id=uuid4(), convention_id=uuid4(), territory="02", period_from=date(2025, 9, 1), period_until=until
    )
    submitted = DossierSubmitted(
        lines=lines, rate_per_animation=RATE, agreed_rate=RATE, planned_animations=None, required_pieces=(),
        amount=amount, submitted_by="bench",
    )  # fmt: skip
    certified = DossierCertified(
        animations=len(lines), rate_per_animation=RATE, amount=amount, planned_animations=None, already_certified=0,
        overrun_reason=None, certified_on=until, missing_sheets=tuple(animations), missing_pieces=(),
        missing_reason="banc", warnings=(), warnings_reason=None,
    )  # fmt: skip
    paid = DossierPaid(paid_on=until, reference="bench", amount=amount, also_paid=(), reason=None)
    events: tuple[Event, ...] = (opened, submitted, certified, paid)
    for version, event in enumerate(events, start=1):
        stamp = Stamp(
            recorded_at=SEASON_END, actor="bench", role=Role.NATIONAL, command_id=uuid4(), cause="command:bench"
        )
        yield dossier, version, event.topic, encode(event, stamp)


def _timed(conn: psycopg.Connection, terms: Terms) -> tuple[Report, float]:
    started = time.perf_counter()
    report = what_if(conn, terms)
    return report, time.perf_counter() - started


if __name__ == "__main__":
    main()

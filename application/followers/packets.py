"""Recording answers to questionnaires, in packets of at least five (docs/guides/satisfaction.md)."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from uuid import UUID, uuid5

from application.commanding.bus import CommandBus
from application.commanding.unit_of_work import UnitOfWork
from application.followers.scheduling import each
from application.satisfaction import tables
from application.satisfaction.answering import digest
from application.satisfaction.commands import SatisfactionRecord, form_of
from application.satisfaction.tables import Packet, SmallAnimations
from domain.animations.animation import Animation
from domain.animations.transitions import AnimationStatus
from domain.catalogue import ANIMATION
from domain.kernel.actors import SYSTEM
from domain.kernel.identifiers import NAMESPACE
from domain.kernel.rights import Action
from domain.satisfaction import answering
from domain.satisfaction.form import SatisfactionForm
from domain.satisfaction.packets import FEWEST_ANSWERS, results
from eventstore.leasing.leases import writing_on


def record_answers(bus: CommandBus, now: datetime) -> int:
    """Record all packets of at least five answers. Return how many. Safe to repeat after an interruption.

    What closed animations have left goes to the small animations of their structure.
    """
    form = bus.consult(form_of, Action.SATISFACTION_RECORD, SYSTEM, now)
    with writing_on(bus.pool) as conn:
        tables.take_out_packets(conn, FEWEST_ANSWERS)
        for animation_id, version in tables.waiting_animations(conn):
            _end_if_closed(bus, conn, animation_id, version, now)
        packets = tables.take_out_packets(conn, FEWEST_ANSWERS)
        tables.forget_keys(conn)
    return each(partial(_record, bus, form, packet, now) for packet in packets)


def _record(bus: CommandBus, form: SatisfactionForm, packet: Packet, now: datetime) -> None:
    def draw(question: int, choice: int) -> float:
        # Draw alike at every attempt; nobody without the key can tell what is drawn.
        drawn = digest(bus, b"rounding", packet.packet_id, uuid5(NAMESPACE, f"{question}:{choice}"))
        return int.from_bytes(drawn[:6]) / 2**48

    command = SatisfactionRecord(
        idempotency_key=packet.packet_id,
        owner_id=packet.owner_id,
        form_version=packet.form_version,
        answer_count=packet.answers,
        results=results(form.versions[packet.form_version - 1], packet.tally, draw),
        structure_id=packet.structure_id,
        territory=packet.territory,
        day=packet.day,
    )
    bus.execute(command, SYSTEM, now)
    with writing_on(bus.pool) as conn:
        tables.forget_packet(conn, packet.packet_id)


def _end_if_closed(bus: CommandBus, conn: tables.Conn, animation_id: UUID, version: int, now: datetime) -> None:
    def load(work: UnitOfWork) -> Animation | None:
        return work.find(ANIMATION, animation_id)

    animation = bus.consult(load, Action.SATISFACTION_RECORD, SYSTEM, now)
    if animation is None or animation.status is not AnimationStatus.PUBLISHED:
        # Nobody judges an animation that did not take place.
        tables.put_with_small(conn, animation_id, version, None)
    elif answering.closes_at(animation.ends_at) <= now:
        owner = uuid5(NAMESPACE, f"small-animations:{animation.structure_id}:{animation.territory}")
        small = SmallAnimations(owner, animation.structure_id, animation.territory, animation.held_on)
        tables.put_with_small(conn, animation_id, version, small)

"""What goes on beside the answering of requests, in threads of the same process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from application.followers.mailing import Mailer, Smtp, mailing
from application.followers.notary import notarising
from application.followers.reacting import reacting
from application.followers.scheduling import scheduling
from application.followers.unreached import tell_unreached
from application.hosting.settings import Settings
from application.proof.notes import SigningKey
from application.proof.stamping import Authority
from cli.composition import Opened, utc_now
from cli.server.jobs import jobs
from projections.engine.runner import projecting


def _authority(settings: Settings) -> Authority | None:
    if settings.tsa_url is None or settings.tsa_root is None:
        return None
    return Authority(settings.tsa_url, settings.tsa_root)


@contextmanager
def working(opened: Opened) -> Iterator[None]:
    """Projects, signs checkpoints, reacts to events, sends e-mails and runs jobs for as long as the context lasts;
    another process may have the lead in each.
    """
    settings, application = opened.settings, opened.application
    key = SigningKey.from_seed(settings.checkpoint_key)
    with (
        projecting(opened.url, application.vault),
        notarising(opened.url, key, settings.checkpoint_seconds, _authority(settings)),
        reacting(opened.url, with_mail=settings.smtp_url is not None),
        scheduling(opened.url, jobs(application, settings), utc_now),
        _mailing(opened),
    ):
        yield


@contextmanager
def _mailing(opened: Opened) -> Iterator[None]:
    settings, application = opened.settings, opened.application
    if settings.smtp_url is None or settings.mail_from is None:
        yield
        return
    send = Smtp(settings.smtp_url).send
    mailer = Mailer(application.vault, application.bus.keyed, settings.mail_from, settings.public_url, send)
    with mailing(opened.url, mailer, lambda conn: tell_unreached(conn, application.execute, utc_now())):
        yield

"""Background work in threads of the serving process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from application.followers.drawing import drawing
from application.followers.mailing import Mailer, Smtp, mailing
from application.followers.notary import notarising
from application.followers.reacting import reacting
from application.followers.scheduling import scheduling
from application.followers.texting import Texter, tell_untexted, texting
from application.followers.unreached import tell_unreached
from application.proof.completeness.committing import map_commits
from application.texting.gateway import Gateway
from application.webhooks.delivering import Deliverer, delivering
from application.webhooks.sending import Sender
from cli.composition import Runtime, authority_of, signing_key, utc_now, witness_policy
from cli.server.jobs import jobs
from eventstore.sessions.log_memory import works_compare_with
from projections.engine.runner import projecting
from projections.typology.renewing import renewing


@contextmanager
def background_work(opened: Runtime) -> Iterator[None]:
    """Project, sign checkpoints, react to events, send e-mails and run jobs until the context ends.

    Another process may hold the lead in any of these.
    """
    settings, application = opened.settings, opened.application
    key = signing_key(settings)
    authority = authority_of(settings)
    commit_map = map_commits(application.execute, timedelta(minutes=settings.round_minutes))
    policy = witness_policy(settings)
    with (
        works_compare_with(application.memory),
        projecting(opened.url, application.vault),
        renewing(opened.url, settings.master_key),
        notarising(opened.url, key, settings.checkpoint_seconds, authority, commit_map, policy),
        reacting(opened.url, with_mail=settings.mail is not None, with_texts=settings.sms is not None),
        drawing(opened.url, application.execute, utc_now),
        scheduling(opened.url, jobs(application, settings), utc_now),
        _mailing(opened),
        _texting(opened),
        delivering(opened.url, _deliverer(opened)),
    ):
        yield


def _deliverer(opened: Runtime) -> Deliverer:
    settings, application = opened.settings, opened.application
    keyed, sender = application.bus.keyed, Sender(local=settings.embedded)
    return Deliverer(application.execute, application.vault, keyed, settings.public_url, sender, utc_now)


@contextmanager
def _mailing(opened: Runtime) -> Iterator[None]:
    settings, application = opened.settings, opened.application
    if settings.mail is None:
        yield
        return
    send = Smtp(settings.mail.smtp_url, settings.mail.bounces_to).send
    mailer = Mailer(application.vault, application.bus.keyed, settings.mail.mail_from, settings.public_url, send)
    with mailing(opened.url, mailer, lambda conn: tell_unreached(conn, application.execute, utc_now())):
        yield


@contextmanager
def _texting(opened: Runtime) -> Iterator[None]:
    settings, application = opened.settings, opened.application
    if settings.sms is None:
        yield
        return
    send = Gateway(settings.sms.url, settings.sms.secret).send
    texter = Texter(application.vault, application.bus.keyed, settings.public_url, send)
    with texting(opened.url, texter, lambda conn: tell_untexted(conn, application.execute, utc_now())):
        yield

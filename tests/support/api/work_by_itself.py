"""What the product does without being asked, and what operators ask of it: each once, on a world that exists."""

from __future__ import annotations

import base64
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any
from unittest.mock import patch
from uuid import uuid4

from typer.testing import CliRunner

from application.followers.drawing import draw_announced
from application.followers.mailing import Mailer
from application.followers.notary import look
from application.followers.reacting import react, react_again
from application.followers.texting import Texter, tell_untexted
from application.followers.unreached import tell_unreached
from application.hosting.settings import Settings
from application.notifications.operating import give_up, retry
from application.proof.completeness.committing import map_commits
from application.proof.stamping import Authority, stamp_checkpoints
from application.texting.outbox import is_capped, is_stopped
from application.texting.tables import switch_texts
from application.webhooks.delivering import Deliverer
from application.webhooks.sending import Sender
from cli.main import app as commands
from cli.server.jobs import jobs
from projections.engine.catching_up import catch_up
from tests.support.api.rights_world import Everything
from tests.support.server import CHECKPOINT_KEY, TOKEN_SECRET
from tests.support.world import EVENT_KEYS, MASTER_KEY

SITE = "https://x.example.org"


def works(everything: Everything, folder: Path) -> None:
    """Do once what is done by itself: reactions, signatures, letters, text messages, webhooks and jobs."""
    reader = everything.reader
    app, now = reader.town.app, reader.town.now
    settings = Settings(
        home=folder,
        database_url=reader.town.url,
        token_secret=TOKEN_SECRET,
        master_key=MASTER_KEY,
        event_key=EVENT_KEYS,
        checkpoint_key=b"k" * 32,
        files=folder / "files",
    )
    with app.pool.connection() as conn:
        catch_up(conn, app.vault)
        switch_texts(conn, on=True)
        while react(conn, with_mail=True) or react_again(conn):
            pass
        mailer = Mailer(app.vault, app.bus.keyed, "de@example.org", SITE, lambda letter: None)
        mailer.send_next(conn)
        tell_unreached(conn, app.execute, now)
        texter = Texter(app.vault, app.bus.keyed, SITE, lambda *text: None)
        texter.send_next(conn)
        tell_untexted(conn, app.execute, now)
        nobody = uuid4()
        is_capped(conn, nobody), is_stopped(conn, nobody)
        deliverer = Deliverer(app.execute, app.vault, app.bus.keyed, SITE, Sender(local=True), lambda: now)
        deliverer.begin(conn)
        deliverer.deliver(conn)
        look(conn, CHECKPOINT_KEY, 600, now, map_commits(app.execute))
        # Nobody stamps there, which is kept for whoever watches.
        stamp_checkpoints(conn, Authority("http://127.0.0.1:1/", folder / "roots.pem"), now)
        draw_announced(conn, app.execute, now)
    for job in jobs(app, settings):
        if job.name == "log-checked":
            # It reads the whole log by design, in a process of its own.
            continue
        job.run(now, now - timedelta(days=400))


def operates(everything: Everything, folder: Path) -> dict[str, str]:
    """Give each command of operators that reads or mends. Return the last words of those that fail."""
    ids = everything.ids
    with everything.reader.town.app.pool.connection() as conn:
        give_up(conn, [uuid4()], [0], "inconnu")
        retry(conn, [uuid4()], [0])
    lines = [
        *("status", "files check", "audit checkpoint", "audit check --rules --read-models", "whatif --rate 90"),
        f"audit export --dossier {ids['dossierId']} -o {folder / 'bundle.zip'}",
        *(f"replay {ids[name]}" for name in ("animationId", "structureId", "dossierId", "candidatureId")),
        *("mail status", "sms status", "sms retry --given-up", "mail retry --all"),
        *("webhooks list", "webhooks dead"),
        *(
            f"privacy export {ids['candidatureId']}",
            "privacy erasures",
            "privacy retain",
            f"privacy erase {ids['candidatureId']} --yes",
        ),
        f"backup make {folder / 'backup'}",
        "rebuild --preview",
    ]
    environment = {
        "DATABASE_URL": everything.reader.town.url,
        "PARENTALITE_HOME": str(folder),
        "PARENTALITE_TOKEN_SECRET": TOKEN_SECRET,
        "PARENTALITE_MASTER_KEY": base64.b64encode(MASTER_KEY).decode(),
        "PARENTALITE_EVENT_KEY": base64.b64encode(b"e" * 32).decode(),
        "PARENTALITE_CHECKPOINT_KEY": base64.b64encode(b"k" * 32).decode(),
    }
    with _logs_as_before(), patch.dict("os.environ", environment):
        runner = CliRunner()
        results = {line: runner.invoke(commands, line.split()) for line in lines}
    return {line: result.output[-300:] for line, result in results.items() if result.exit_code}


@contextmanager
def _logs_as_before() -> Iterator[Any]:
    root = logging.getLogger()
    handlers, level = list(root.handlers), root.level
    yield
    root.handlers[:], root.level = handlers, level

"""What follows the announcement of a control by itself: a checkpoint is signed, and the dossiers are drawn from it."""

from __future__ import annotations

from datetime import datetime

from application.application import Application
from application.followers.drawing import draw_announced
from application.proof.checkpoints import ON_REQUEST, SignedCheckpoint
from application.proof.notes import SigningKey
from application.proof.signing import make_checkpoint
from eventstore.log import head
from tests.support.papers.proved_dossiers import KEY


def sign_and_draw(app: Application, now: datetime, key: SigningKey = KEY) -> SignedCheckpoint:
    """Return the checkpoint."""
    with app.pool.connection() as conn:
        checkpoint = make_checkpoint(conn, key, head(conn), ON_REQUEST, now)
        assert checkpoint is not None
        assert draw_announced(conn, app.execute, now) == 0
    return checkpoint

"""What goes on beside the answering of requests, in threads of the same process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from application.proof.notary import notarising
from application.proof.notes import SigningKey
from cli.composition import Opened
from projections.runner import projecting


@contextmanager
def working(opened: Opened) -> Iterator[None]:
    """Projects, and signs checkpoints, for as long as the context lasts; another process may have the lead."""
    key = SigningKey.from_seed(opened.settings.checkpoint_key)
    with (
        projecting(opened.url, opened.application.vault),
        notarising(opened.url, key, opened.settings.checkpoint_seconds),
    ):
        yield

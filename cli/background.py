"""What goes on beside the answering of requests, in threads of the same process."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from application.proof.notary import notarising
from application.proof.notes import SigningKey
from application.proof.stamping import Authority
from application.settings import Settings
from cli.composition import Opened
from projections.runner import projecting


def _authority(settings: Settings) -> Authority | None:
    if settings.tsa_url is None or settings.tsa_root is None:
        return None
    return Authority(settings.tsa_url, settings.tsa_root)


@contextmanager
def working(opened: Opened) -> Iterator[None]:
    """Projects, and signs checkpoints, for as long as the context lasts; another process may have the lead."""
    key = SigningKey.from_seed(opened.settings.checkpoint_key)
    with (
        projecting(opened.url, opened.application.vault),
        notarising(opened.url, key, opened.settings.checkpoint_seconds, _authority(opened.settings)),
    ):
        yield

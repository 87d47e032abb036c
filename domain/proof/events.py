"""What the service itself records about the proof of its history (docs/proof.md)."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from domain.kernel.events import Event, event


def _saying_nothing_of_signing(data: dict[str, Any]) -> dict[str, Any]:
    return data | {"signing_rules": None}


@event("proof.map_committed", "État de l'historique scellé", upcasters=(_saying_nothing_of_signing,))
class MapCommitted(Event):
    """`root` (hexadecimal) commits to the last version of every stream, and more, as of `position`.

    `signing_rules` is how many events told until then who has to sign; null in commits of before.
    """

    position: int = Field(title="position")
    root: str = Field(title="racine")
    signing_rules: int | None = Field(title="règles de signature")


@event("signing.required", "Signature des actes par leurs auteurs exigée")
class SigningRequired(Event):
    """From here on people in these roles sign each of these acts with their passkey. Neither any: nobody has to."""

    roles: tuple[str, ...] = Field(title="rôles")
    acts: tuple[str, ...] = Field(title="actes")


@event("proof.log_checked", "Historique et tables vérifiés")
class LogChecked(Event):
    """Every event was judged and every row compared, up to `position`.

    `findings` counts what no honest system would have recorded or shown; `first_findings` names the first of them, by
    position and topic, or by table and column.
    """

    position: int
    events: int = Field(title="événements jugés")
    rows: int = Field(title="lignes comparées")
    findings: int = Field(title="constats")
    first_findings: tuple[str, ...] = Field(title="premiers constats")


@event("log.restored", "Historique repris après une perte d'événements")
class LogRestored(Event):
    """The log went back, by a restore or a fail-over: what was recorded after `last_kept` is lost for good.

    Positions from there up to `last_skipped` may have been given to events that are gone, and are given to no other.
    """

    last_kept: int = Field(title="dernière position conservée")
    last_skipped: int = Field(title="dernière position écartée")
    reason: str = Field(title="motif")

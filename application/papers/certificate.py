"""The certificate of volunteering of a Parent Ressource (docs/glossary.md, "Candidature Parent Ressource")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from application.papers.french import full_date, short_date
from application.papers.typesetting import typeset

#: What a volunteer does.
MISSIONS = (
    "relayer l'information auprès des autres parents",
    "participer à des ateliers et à des cafés des parents",
    "faire connaître l'offre d'accompagnement",
    "accompagner des parents, un par un ou en groupe",
    "être attentif aux besoins des familles",
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """`since`: when the candidature was validated. `trainings`: (day, subject) pairs. `pix_on`: None if not passed."""

    number: str
    issued_on: date
    name: str
    school_uai: str
    territory: str
    since: date
    trainings: tuple[tuple[date, str], ...] = ()
    pix_on: date | None = None


def certificate_pdf(certificate: Certificate) -> bytes:
    """Typeset one A4 page."""
    return typeset(
        "certificate.typ",
        {
            "number": certificate.number,
            "issued_on": full_date(certificate.issued_on),
            "name": certificate.name,
            "school": certificate.school_uai,
            "territory": certificate.territory,
            "since": full_date(certificate.since),
            "missions": MISSIONS,
            "trainings": [f"{subject} ({short_date(day)})" for day, subject in certificate.trainings],
            "pix": None if certificate.pix_on is None else full_date(certificate.pix_on),
        },
    )

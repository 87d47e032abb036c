"""The certificate of volunteering of a Parent Ressource (docs/glossary.md, "Candidature Parent Ressource")."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from application.papers.french import full_date, short_date
from application.papers.logos import NO_LOGOS, Logos
from application.papers.typesetting import made_on, qr_code, typeset
from application.papers.writable import with_words_by_hand, written

#: The missions of a volunteer.
MISSIONS = (
    "relayer l'information auprès des autres parents",
    "participer à des ateliers et à des cafés des parents",
    "faire connaître l'offre d'accompagnement",
    "accompagner des parents, un par un ou en groupe",
    "être attentif aux besoins des familles",
)


@dataclass(frozen=True, slots=True)
class Certificate:
    """`since`: when the candidature was validated. `trainings`: (day, subject) pairs. `pix_on`: None if not passed.

    `school` in words, as far as they are known; `coordinator`: who accompanies the volunteers of the territory, None if
    no convention names them; `check_url`: where anybody sees whether the number is genuine.
    """

    number: str
    issued_on: date
    name: str
    school: str
    territory: str
    coordinator: str | None
    since: date
    check_url: str
    trainings: tuple[tuple[date, str], ...] = ()
    pix_on: date | None = None


def certificate_pdf(certificate: Certificate, logos: Logos = NO_LOGOS) -> bytes:
    """Typeset one A4 page. What no font can write is to be written by hand: the number says whose it is."""
    content = {
        "made_on": made_on(certificate.issued_on),
        "number": certificate.number,
        "issued_on": full_date(certificate.issued_on),
        "name": written(certificate.name, "nom"),
        "school": certificate.school,
        "territory": certificate.territory,
        "coordinator": certificate.coordinator,
        "since": full_date(certificate.since),
        "missions": MISSIONS,
        "trainings": [f"{subject} ({short_date(day)})" for day, subject in certificate.trainings],
        "pix": None if certificate.pix_on is None else full_date(certificate.pix_on),
        "check_url": certificate.check_url,
        "qr": qr_code(certificate.check_url),
    }
    return typeset("certificate.typ", with_words_by_hand(content), logos=logos, accessible=True)

"""All pages of the desk of structures."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute

from web.core.site import Site
from web.structure.animations.animation import OwnAnimation
from web.structure.animations.editing import AnimationEditing
from web.structure.animations.importing import SeasonImport
from web.structure.animations.own import OwnAnimations
from web.structure.attendance.attestation import AttestationPage
from web.structure.attendance.registrations import AttendanceList, RegisteringOthers
from web.structure.attendance.sheets import SheetPages
from web.structure.contacts.pages import Contacts
from web.structure.dossiers.pages import OwnDossier, OwnDossiers
from web.structure.people.pages import OwnPeople, PeopleOfStructure
from web.structure.satisfaction.figures import SatisfactionFigures


def structure_pages(site: Site) -> Sequence[BaseRoute]:
    """Return the routes below `/structure`: a page that is named goes before one with an id."""
    animations = (OwnAnimations, AnimationEditing, SeasonImport)
    attendance = (AttendanceList, RegisteringOthers, AttestationPage, SheetPages, OwnAnimation)
    pages = (
        *animations,
        *attendance,
        OwnDossiers,
        OwnDossier,
        Contacts,
        SatisfactionFigures,
        OwnPeople,
        PeopleOfStructure,
    )
    return [route for page in pages for route in page(site).routes]

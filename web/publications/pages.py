"""All pages of news and resources."""

from __future__ import annotations

from collections.abc import Sequence

from starlette.routing import BaseRoute

from web.core.site import Site
from web.publications.desk.desks import DESKS
from web.publications.desk.editing import PublicationEditing
from web.publications.desk.listing import DeskPublications
from web.publications.desk.publication import DeskPublication
from web.publications.listing import Toolbox
from web.publications.publication import PublicationPage


def publication_pages(site: Site) -> Sequence[BaseRoute]:
    """Return the routes of the toolbox and of each desk: a page that is named goes before one with an id."""
    public = [*Toolbox(site).routes, *PublicationPage(site).routes]
    pages = (DeskPublications, PublicationEditing, DeskPublication)
    return [*public, *(route for desk in DESKS for page in pages for route in page(site, desk).routes)]

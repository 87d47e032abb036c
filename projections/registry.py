"""Every read model. To add one: write its module, name it here, run `parentalite rebuild`."""

from __future__ import annotations

from collections.abc import Mapping

from projections.accounts import ACCOUNT_PEOPLE, ACCOUNTS, INVITATIONS, INVITED_PEOPLE
from projections.animations import animations
from projections.audit_trail import AUDIT_TRAIL
from projections.candidatures import CANDIDATURE_PEOPLE, CANDIDATURES
from projections.contacts import CONTACT_PEOPLE, CONTACTS
from projections.controls import CONTROL_PIECES, CONTROLS
from projections.lists import FORMS, TERMS, TERRITORIES
from projections.projection import Projection
from projections.registrations import REGISTRANTS, REGISTRATIONS
from projections.service_dossiers import SERVICE_DOSSIERS
from projections.structure_contacts import STRUCTURE_CONTACTS
from projections.structures import CONVENTIONS, STRUCTURES
from projections.terms_in_force import TermsInForce
from projections.unreached import UNREACHED


def projections(shown: TermsInForce) -> tuple[Projection, ...]:
    """The read models, with recorded terms shown as `shown` says."""
    return (
        TERRITORIES,
        TERMS,
        FORMS,
        STRUCTURES,
        STRUCTURE_CONTACTS,
        CONVENTIONS,
        animations(shown),
        SERVICE_DOSSIERS,
        CONTROLS,
        CONTROL_PIECES,
        CANDIDATURES,
        CANDIDATURE_PEOPLE,
        CONTACTS,
        CONTACT_PEOPLE,
        ACCOUNTS,
        ACCOUNT_PEOPLE,
        INVITATIONS,
        INVITED_PEOPLE,
        REGISTRATIONS,
        REGISTRANTS,
        UNREACHED,
        AUDIT_TRAIL,
    )


def relations() -> Mapping[str, str]:
    """Every relation that readers may name, with the projection that fills it."""
    everything = projections(TermsInForce())
    return {relation: projection.name for projection in everything for relation in projection.relations}

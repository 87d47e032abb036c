"""Every read model. To add one: write its module, name it here, run `parentalite rebuild`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import LiteralString

from projections.accounts.read_model import ACCOUNT_PEOPLE, ACCOUNTS, INVITATIONS, INVITED_PEOPLE
from projections.action_groups.read_model import ACTION_GROUP_PEOPLE, ACTION_GROUPS
from projections.animation_requests.read_model import animation_requests
from projections.animations.read_model import animations
from projections.audit.entries import ENTRIES
from projections.candidatures.read_model import CANDIDATURE_PEOPLE, CANDIDATURES
from projections.contacts.read_model import CONTACT_PEOPLE, CONTACTS
from projections.controls.read_model import CONTROL_PIECES, CONTROLS
from projections.engine.projection import Projection
from projections.engine.terms_in_force import TermsInForce
from projections.logos.read_model import LOGOS
from projections.notifications.unreached import UNREACHED
from projections.passkeys.read_model import PASSKEYS
from projections.programme.read_model import ACCOMPANIMENTS, ANIMATION_VOLUNTEERS
from projections.publications.read_model import PUBLICATION_PEOPLE, publications
from projections.registrations.read_model import REGISTRANTS, REGISTRATIONS, REMINDERS, WALK_INS
from projections.satisfaction.read_model import SATISFACTION_FORMS
from projections.satisfaction.read_model import packets as satisfaction_packets
from projections.school_projects.read_model import SCHOOL_PROJECT_RECORDS, SCHOOL_PROJECTS
from projections.schools.read_model import SCHOOLS
from projections.service_dossiers.read_model import SERVICE_DOSSIERS
from projections.strategies.read_model import STRATEGIES
from projections.structures.contact import STRUCTURE_CONTACTS
from projections.structures.read_model import CONVENTIONS, STRUCTURES
from projections.typology.read_model import FORMS, TERMS, TERRITORIES
from projections.webhooks.read_model import WEBHOOKS


def projections(shown: TermsInForce) -> tuple[Projection, ...]:
    """The read models, with recorded terms shown as `shown` says."""
    return (
        TERRITORIES,
        TERMS,
        FORMS,
        SATISFACTION_FORMS,
        satisfaction_packets(shown),
        STRUCTURES,
        STRUCTURE_CONTACTS,
        LOGOS,
        CONVENTIONS,
        animations(shown),
        animation_requests(shown),
        ANIMATION_VOLUNTEERS,
        ACCOMPANIMENTS,
        SERVICE_DOSSIERS,
        CONTROLS,
        CONTROL_PIECES,
        CANDIDATURES,
        CANDIDATURE_PEOPLE,
        SCHOOLS,
        STRATEGIES,
        SCHOOL_PROJECTS,
        SCHOOL_PROJECT_RECORDS,
        ACTION_GROUPS,
        ACTION_GROUP_PEOPLE,
        publications(shown),
        PUBLICATION_PEOPLE,
        CONTACTS,
        CONTACT_PEOPLE,
        ACCOUNTS,
        ACCOUNT_PEOPLE,
        INVITATIONS,
        INVITED_PEOPLE,
        PASSKEYS,
        REGISTRATIONS,
        WALK_INS,
        REMINDERS,
        REGISTRANTS,
        UNREACHED,
        WEBHOOKS,
    )


#: Read models that are views of the log itself.
VIEWS: Mapping[str, LiteralString] = {"audit_trail": ENTRIES}


def relations() -> Mapping[str, str]:
    """Every relation that readers may name, with the projection that fills it."""
    everything = projections(TermsInForce())
    return {relation: projection.name for projection in everything for relation in projection.relations}

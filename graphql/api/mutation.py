"""The mutations, one module per family. Each carries out a command and reports its outcome."""

from __future__ import annotations

import strawberry

from api.accounts.mutations import AccountMutations
from api.action_groups.mutations import ActionGroupMutations
from api.animation_requests.mutations import AnimationRequestMutations
from api.animations.attendance_sheet_mutations import AttendanceSheetMutations
from api.animations.mutations import AnimationMutations
from api.animations.several.importing import AnimationImportMutations
from api.animations.several.mutations import SeveralAnimationMutations
from api.candidatures.mutations import CandidatureMutations
from api.contacts.mutations import ContactMutations
from api.controls.mutations import ControlMutations
from api.conventions.mutations import ConventionMutations
from api.core.commanding.own_payloads import give_own_payloads
from api.logos.mutations import LogoMutations
from api.passkeys.mutations import PasskeyMutations
from api.publications.mutations import PublicationMutations
from api.registrations.attendance_mutations import AttendanceMutations
from api.registrations.mutations import RegistrationMutations
from api.satisfaction.mutations import SatisfactionMutations
from api.school_projects.mutations import SchoolProjectMutations
from api.schools.mutations import SchoolMutations
from api.service_dossiers.mutations import ServiceDossierMutations
from api.strategies.mutations import StrategyMutations
from api.structures.drafts import DraftMutations
from api.structures.mutations import StructureMutations
from api.typology.mutations import TypologyMutations
from api.typology.steering import SteeringMutations
from api.viewer.mutations import NotificationMutations
from api.webhooks.mutations import WebhookMutations


@strawberry.type(description="Doing. Each records what happened, or says everything that stands against it.")
class Mutation(
    ConventionMutations,
    AccountMutations,
    AnimationMutations,
    SeveralAnimationMutations,
    AnimationImportMutations,
    AnimationRequestMutations,
    ServiceDossierMutations,
    AttendanceSheetMutations,
    ControlMutations,
    CandidatureMutations,
    RegistrationMutations,
    AttendanceMutations,
    NotificationMutations,
    PasskeyMutations,
    ContactMutations,
    StructureMutations,
    DraftMutations,
    LogoMutations,
    WebhookMutations,
    SchoolMutations,
    StrategyMutations,
    SchoolProjectMutations,
    ActionGroupMutations,
    TypologyMutations,
    SteeringMutations,
    SatisfactionMutations,
    PublicationMutations,
):
    pass


give_own_payloads(Mutation)

__all__ = ["Mutation"]

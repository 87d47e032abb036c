"""What people do: the mutations, one module a family. Each carries out a command and answers what became of it."""

from __future__ import annotations

import strawberry

from api.mutations.accounts import AccountMutations
from api.mutations.animations import AnimationMutations
from api.mutations.attendance_sheets import AttendanceSheetMutations
from api.mutations.candidatures import CandidatureMutations
from api.mutations.contacts import ContactMutations
from api.mutations.controls import ControlMutations
from api.mutations.conventions import ConventionMutations
from api.mutations.notifications import NotificationMutations
from api.mutations.registrations import RegistrationMutations
from api.mutations.service_dossiers import ServiceDossierMutations
from api.mutations.steering import SteeringMutations
from api.mutations.structures import StructureMutations
from api.mutations.typology import TypologyMutations


@strawberry.type(description="Doing. Each records what happened, or says everything that stands against it.")
class Mutation(
    ConventionMutations,
    AccountMutations,
    AnimationMutations,
    ServiceDossierMutations,
    AttendanceSheetMutations,
    ControlMutations,
    CandidatureMutations,
    RegistrationMutations,
    NotificationMutations,
    ContactMutations,
    StructureMutations,
    TypologyMutations,
    SteeringMutations,
):
    pass


__all__ = ["Mutation"]

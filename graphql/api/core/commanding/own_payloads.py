"""A payload of its own for each mutation, so that one mutation can tell more without its whole family doing so.

A family's class has the fields that its mutations share. The types are made here from the names of the mutations; a
mutation that tells more declares a class of that name itself.
"""

from __future__ import annotations

from typing import Any, Final

import strawberry
from strawberry.types.base import StrawberryObjectDefinition, get_object_definition
from strawberry.utils.str_converters import to_camel_case

#: The mutations that clients already know with the payload of their family, which gets no field for one of them.
_FAMILIES: Final = (
    "conventionSign conventionAmend conventionTerminate animationCreate animationModify animationPublish "
    "animationRefuse animationCancel animationClone animationAttest attestationCorrect candidatureSubmit "
    "candidatureGiveOpinion candidatureValidate candidatureReject candidatureWithdraw termAdd termRename "
    "termMerge termRetire animationRepeat animationsPublish structureContactSet structureMove registrationCheckIn "
    "questionnaireAnswer publicationPropose publicationModify publicationPublish publicationRefuse "
    "publicationWithdraw publicationFileAttach strategyWrite strategyValidate schoolProjectRecord actionGroupOpen "
    "actionGroupRecord certificationWithdraw serviceRecoveryRecord attendanceSheetAttach attestationFormWord "
    "auditorAdmit candidatureIssueCertificate candidatureRecordContact candidatureRecordPix "
    "candidatureRecordTraining candidatureRequestCertificate contactAdd contactRemove contactsImport "
    "controlAnswer controlClose controlOpen controlPieceJudge coordonnateurAppoint invitationAccept "
    "invitationRevoke invitationSend mailPreferencesSet mandateEnd mediateurRegister notificationsMarkRead "
    "personErase planningSend registrationCancel registrationKeep registrationRemove registrationSubmit "
    "registrationSubmitFor schoolStaffBind serviceAmendmentAccept serviceAmendmentPropose serviceAmendmentRefuse "
    "serviceDossierCertify serviceDossierGather serviceDossierOpen serviceDossierReturn serviceDossierSubmit "
    "servicePaymentRecord servicePieceAttach termSplit territoryJoin territoryOpenCandidatures satisfactionFormWord"
)
KNOWN_BY_FAMILY: Final = frozenset(_FAMILIES.split())


def payload_name(mutation: str) -> str:
    return f"{mutation[0].upper()}{mutation[1:]}Payload"


def give_own_payloads(mutations: type) -> None:
    """Give each mutation of the root type a payload named after it. Call it before the schema is built."""
    for field in get_object_definition(mutations, strict=True).fields:
        mutation = to_camel_case(field.python_name)
        family: Any = field.type
        definition: StrawberryObjectDefinition = get_object_definition(family, strict=True)
        if mutation in KNOWN_BY_FAMILY or definition.name == payload_name(mutation):
            continue
        own = type(payload_name(mutation), (family,), {"__module__": family.__module__})
        field.type = strawberry.type(own, description=f"What became of `{mutation}`.")

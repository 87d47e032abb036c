"""The typology and the attestation form in force, for commands."""

from __future__ import annotations

from application.commanding.unit_of_work import UnitOfWork
from domain.catalogue import ATTESTATION_FORM, TYPOLOGY
from domain.kernel.identifiers import ATTESTATION_FORM_ID, TYPOLOGY_ID
from domain.typology.attestation_form import AttestationForm
from domain.typology.typology import Typology


def typology_in_force(work: UnitOfWork) -> Typology:
    return work.find(TYPOLOGY, TYPOLOGY_ID) or Typology()


def attestation_form_in_force(work: UnitOfWork) -> AttestationForm:
    return work.find(ATTESTATION_FORM, ATTESTATION_FORM_ID) or AttestationForm()

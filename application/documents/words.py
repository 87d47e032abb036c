"""What each kind of event and each role is called in French: on paper, in the terminal, in tables."""

from __future__ import annotations

from collections.abc import Mapping

from domain.actors import Role

#: What happened, by the event's topic.
PHRASES: Mapping[str, str] = {
    "territory.joined": "Territoire entré dans le programme",
    "territory.candidatures_opened": "Candidatures ouvertes dans le territoire",
    "typology.term_added": "Terme ajouté à la typologie",
    "typology.term_renamed": "Terme renommé",
    "typology.term_merged": "Terme fusionné dans un autre",
    "typology.term_split": "Terme divisé en plusieurs",
    "typology.term_retired": "Terme retiré",
    "attestation_form.worded": "Questions de l'attestation rédigées",
    "structure.account_opened": "Compte de la structure ouvert",
    "structure.renamed": "Structure renommée",
    "structure.convention_attached": "Convention rattachée au compte",
    "convention.signed": "Convention signée",
    "convention.amended": "Convention modifiée par avenant",
    "convention.terminated": "Convention résiliée",
    "convention.service_certified": "Service fait compté sur la convention",
    "animation.created": "Animation déclarée",
    "animation.modified": "Animation modifiée",
    "animation.resubmitted": "Animation soumise à nouveau",
    "animation.published": "Animation publiée",
    "animation.refused": "Animation refusée",
    "animation.cancelled": "Animation annulée",
    "animation.attested": "Présence attestée",
    "animation.attestation_corrected": "Attestation corrigée",
    "animation.sheet_attached": "Liste d'émargement signée jointe",
    "animation.gathered": "Animation rassemblée dans un dossier de service fait",
    "animation.released": "Animation retirée d'un dossier de service fait",
    "service_dossier.opened": "Dossier de service fait ouvert",
    "service_dossier.gathered": "Animations du dossier rassemblées",
    "service_dossier.piece_attached": "Pièce justificative jointe",
    "service_dossier.submitted": "Dossier soumis au coordonnateur",
    "service_dossier.returned": "Dossier renvoyé à la structure",
    "service_dossier.certified": "Service fait certifié",
    "service_dossier.paid": "Paiement enregistré",
    "service_dossier.amendment_proposed": "Avenant proposé",
    "service_dossier.amendment_accepted": "Avenant accepté",
    "service_dossier.amendment_refused": "Avenant refusé",
    "control.opened": "Contrôle par sondage ouvert",
    "control.piece_judged": "Pièce contrôlée",
    "control.answered": "Réponse de la structure au contrôle",
    "control.closed": "Contrôle clos",
    "candidature.submitted": "Candidature déposée",
    "candidature.opinion_given": "Avis du directeur donné",
    "candidature.validated": "Candidature validée",
    "candidature.coordonnateur_informed": "Coordonnateur informé",
    "candidature.rejected": "Candidature rejetée",
    "candidature.withdrawn": "Candidature retirée",
    "candidature.personal_data_erased": "Données personnelles effacées",
}

ROLES: Mapping[Role, str] = {
    Role.PUBLIC: "public",
    Role.PARENT: "parent",
    Role.STRUCTURE: "structure",
    Role.MEDIATEUR: "médiateur",
    Role.COORDONNATEUR: "coordonnateur",
    Role.DIRECTOR: "directeur d'école",
    Role.INSPECTOR: "IEN",
    Role.HEAD: "chef d'établissement",
    Role.NATIONAL: "équipe nationale",
    Role.AUDITOR: "auditeur",
    Role.SYSTEM: "système",
}

#: Where an animation, a dossier, a control or a candidature stands, as their read models say it.
STATUSES: Mapping[str, str] = {
    "CANCELLED": "annulée",
    "CERTIFIED": "service fait certifié",
    "CLOSED": "clos",
    "OPEN": "ouvert",
    "OPINION_GIVEN": "avis donné",
    "PAID": "payé",
    "PUBLISHED": "publiée",
    "REFUSED": "refusée",
    "REJECTED": "rejetée",
    "RETURNED": "renvoyé à la structure",
    "SUBMITTED": "soumis, en attente de décision",
    "VALIDATED": "validée",
    "WITHDRAWN": "retirée",
}

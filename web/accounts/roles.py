"""The roles that people sign in with: their names for people, and where each works."""

from __future__ import annotations

ROLES = {
    "PUBLIC": "Personne n'est connecté",
    "PARENT": "Parent",
    "MEDIATEUR": "Médiateur",
    "TEACHER": "Enseignant",
    "STRUCTURE": "Structure",
    "COORDONNATEUR": "Coordonnateur",
    "DIRECTOR": "Direction d'école",
    "INSPECTOR": "Inspection",
    "HEAD": "Direction de collège ou lycée",
    "AUDITOR": "Contrôle",
    "NATIONAL": "Équipe nationale",
}
#: Where each role works.
DESKS = {
    "STRUCTURE": "/structure",
    "MEDIATEUR": "/mediateur",
    "COORDONNATEUR": "/territoire",
    "NATIONAL": "/moderation",
    "AUDITOR": "/controle",
    **dict.fromkeys(("TEACHER", "DIRECTOR", "INSPECTOR", "HEAD"), "/ecole"),
}

"""Descriptions of enum values and arguments in the schema.

The domain's enums know nothing of the API, and an argument has the same meaning wherever it is used. Types and fields
are described where they are defined.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLObjectType,
    GraphQLSchema,
)

from api.core.allowed import SHOWN_ACTIONS
from api.core.error_codes import ERROR_CODES
from api.publishing.further_values import FURTHER_VALUES
from api.publishing.notification_codes import NOTIFICATION_CODES
from domain.kernel.errors import ErrorCode

#: The description of each value, by enum.
VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "ActionCode": {action.name: f"The mutation `{action}`." for action in SHOWN_ACTIONS.values()},
    "AnimationOrderField": {
        "STARTS_AT": "When it starts.",
        "TITLE": "Its title, accents and case ignored.",
        "PUBLISHED_AT": "When it was published; what is not published comes first.",
        "TYPE": "The code of its type.",
        "AUDIENCE": "The code of its audience.",
        "STATUS": "Where it stands.",
        "ATTESTED": "Whether it is attested.",
    },
    "AnimationRequestDifference": {
        "THEME": "It is on other themes.",
        "AUDIENCE": "It is for another audience.",
        "PERIOD": "It takes place on another day than those that suit the school.",
    },
    "AnimationRequestStatus": {
        "OPEN": "It waits for a structure to take it up.",
        "TAKEN_UP": "A structure will declare an animation; another one, where the first was cancelled or refused.",
        "ANSWERED": "An animation answers it.",
        "DECLINED": "No structure can answer it, says the coordonnateur. Final.",
        "WITHDRAWN": "The school has taken it back. Final.",
        "LAPSED": "Its period is over, and no animation answers it. Final.",
    },
    "AnimationStatus": {
        "SUBMITTED": "Declared: it waits for the national team to publish or refuse it.",
        "PUBLISHED": "In the public listing: registrations until it begins, an attestation once it is over.",
        "REFUSED": "Refused with a reason: the structure may correct it, which submits it again.",
        "CANCELLED": "Given up with a reason. Final.",
    },
    "CandidatureStatus": {
        "SUBMITTED": "It waits for the director's opinion (first degree) or for the head's decision (second degree).",
        "OPINION_GIVEN": "The director has given an opinion: the inspector decides. First degree only.",
        "VALIDATED": "The parent may volunteer: the coordonnateur makes contact.",
        "REJECTED": "Rejected with a reason. Final.",
        "WITHDRAWN": "Taken back by the parent or on their behalf. Final.",
    },
    "VolunteerMission": {
        "RELAY": "Relays information to other parents.",
        "TAKE_PART": "Takes part in workshops and cafés: told by the animations that name the volunteer.",
        "PROMOTE": "Makes the offer known.",
        "ACCOMPANY": "Accompanies parents, one by one or in groups.",
        "WATCH": "Watches for needs.",
    },
    "ImportOutcome": {
        "CREATED": "It is declared, and waits for publication.",
        "TO_CREATE": "It is in order: it would be declared, or will be once no row is refused.",
        "KNOWN": "It is declared already, with the same title, place and start.",
        "REFUSED": "Something stands against it.",
    },
    "Interval": {
        "WEEK": "Every week.",
        "TWO_WEEKS": "Every other week.",
    },
    "CheckpointReason": {
        "INTERVAL": "The usual time since the one before had passed.",
        "CERTIFICATION": "A service was certified: what is due can be proven from then on.",
        "ASKED": "Asked for by whoever runs the service, or for a dossier's bundle.",
        "ROTATION": "The signing key was replaced.",
    },
    "ControlReasonCode": {
        "CONFORM": "The piece is as it should be: the only one with which it is accepted.",
        "MISSING": "There is no such piece.",
        "UNSIGNED": "It is not signed.",
        "FIGURES_DIFFER": "Its figures differ from the attestation's.",
        "ILLEGIBLE": "It cannot be read.",
        "WRONG_ANIMATION": "It is another animation's.",
        "OTHER": "Another reason, told in the comment.",
    },
    "ControlStatus": {
        "ANNOUNCED": "Not drawn yet: the draw follows from the next checkpoint.",
        "OPEN": "Pieces are judged, and structures may answer to refusals.",
        "CLOSED": "Every piece is judged and the conclusion stands. Only a refusal can still be taken back.",
    },
    "Degree": {
        "FIRST": "Écoles: the director's opinion, then the inspector decides.",
        "SECOND": "Collèges and lycées: the head of the school decides.",
    },
    "ErrorCode": {code.value: ERROR_CODES[code.value] for code in ErrorCode},
    "InvitationStatus": {
        "OPEN": "It can be accepted by whoever holds its link.",
        "ACCEPTED": "Somebody speaks for the structure by it.",
        "REVOKED": "Taken back: its link leads nowhere.",
    },
    "NotificationCode": NOTIFICATION_CODES,
    "WebhookPauseCause": {
        "BY_HAND": "Somebody paused it.",
        "FAILURES": "Message after message could not be delivered.",
        "GONE": "The system answered that it wants no more (410 Gone).",
    },
    "WebhookStatus": {
        "ACTIVE": "Events are sent.",
        "PAUSED": "Events wait until it is resumed.",
        "ENDED": "It is over.",
    },
    "OrderDirection": {"ASC": "The smallest, the earliest or A first.", "DESC": "The largest, the latest or Z first."},
    "RebuildStep": {
        "FILLING": "New tables are filled beside those in use.",
        "INDEXING": "They are indexed.",
        "CATCHING_UP": "They take what was recorded meanwhile.",
        "SWITCHED": "They are in use. Final.",
        "STOPPED": "It was given up; the tables in use are those of before. Final.",
    },
    "QuestionKind": {
        "SCALE": "By a grade from 1 to 5.",
        "CHOICE": "By one of its choices.",
        "TEXT": "In words, which are neither kept nor shown to anybody.",
    },
    "RegistrationStatus": {
        "SEATED": "With a seat.",
        "WAITING": "In the waiting list, in the order of its line.",
        "CANCELLED": "Given up by the person, or removed by the structure.",
    },
    "Role": {
        "PUBLIC": "Nobody has signed in.",
        "PARENT": "A parent, for what is their own.",
        "STRUCTURE": "Somebody who speaks for structures.",
        "MEDIATEUR": "A médiateur of a structure.",
        "COORDONNATEUR": "A coordonnateur of one territory or several.",
        "DIRECTOR": "The director of an école.",
        "INSPECTOR": "The inspector (IEN) of a constituency's écoles, or a representative.",
        "HEAD": "The head of a collège or lycée.",
        "TEACHER": "A teacher of a school, who registers its parents.",
        "NATIONAL": "The national team.",
        "AUDITOR": "An auditor: reads all that justifies a payment, and controls it.",
        "SYSTEM": "The service itself: what it founds and what it does as time passes.",
    },
    "ServiceAmendmentStatus": {
        "PENDING": "Proposed: the coordonnateur decides.",
        "ACCEPTED": "The attestation was corrected by it.",
        "REFUSED": "Refused with a reason: what was certified stands.",
        "LAPSED": "Not decided when the certification was withdrawn: no longer needed.",
    },
    "ServiceDossierStatus": {
        "OPEN": "The structure gathers its animations and pieces.",
        "SUBMITTED": "It waits for the coordonnateur to certify it or send it back.",
        "RETURNED": "Sent back with a reason: the structure gathers its animations again, then submits it.",
        "CERTIFIED": "The service is done, the amount is due.",
        "PAID": "The payment is recorded.",
        "WITHDRAWN": "Its certification was withdrawn after the payment, which is due back.",
        "DISCARDED": "Opened by mistake, and given up before it was ever submitted.",
    },
    "StaffRole": {
        "DIRECTOR": "The director of an école.",
        "INSPECTOR": "The inspector (IEN) of écoles, or a representative.",
        "HEAD": "The head of a collège or lycée.",
        "TEACHER": "A teacher of a school, who registers its parents.",
    },
    "StructureOrder": {
        "NAME": "Its name, accents and case ignored.",
        "OWED": "What it owes, the most first.",
    },
    "ThemeFamily": {"SCHOOL_TOOLS": "Digital tools of the school.", "DIGITAL_PARENTING": "Digital parenting."},
    "TypologyKind": {
        "THEME": "What animations are about.",
        "ANIMATION_TYPE": "What kind of meeting an animation is.",
        "VENUE_TYPE": "Where animations take place.",
        "AUDIENCE": "Whom animations are for.",
        "ACCESSIBILITY": "What places offer to people with a disability.",
    },
}

#: The description of each argument by name, or by coordinate (`Type.field.argument`) for exceptions.
ARGUMENTS: Final[Mapping[str, str]] = {
    "input": "What is to be done, and on what.",
    "act": "What the asker is about to do.",
    "change": "What the national team is about to change.",
    "where": "Narrows what is told: all that is given must hold. Left out, null or empty: nothing is narrowed.",
    "orderBy": "What to sort by, the weightiest first. Left out, null or empty: the list's own order, by the start.",
    "first": "How many items, from the start: 1 to 100.",
    "after": "Begin after this cursor.",
    "last": "How many items, from the end: 1 to 100.",
    "before": "End before this cursor.",
    "id": "Its id.",
    "at": "The moment to look back at. Left out: now.",
    "Query.structure.id": "Its id; or else `siret`.",
    "Query.structure.siret": "Its SIRET, spaces allowed; or else `id`.",
    "Query.node.id": "The id of anything.",
    "Query.territory.code": "The code of the department, such as 2A or 971.",
    "Query.typology.kind": "One of the lists. Left out: all of them.",
    "Query.structures.orderBy": "What leads. Left out: the name.",
    "Query.publications.orderBy": "What leads. Left out: what fits `where.text` best, or the last put online.",
    "Query.publicationPreview.text": "The text, 20,000 characters at most.",
    "Query.projectShares.schoolYear": "As `2026-2027`. Left out: the one in course at that moment.",
    "Query.mandates.role": "The role that was given.",
    "Animation.registrations.status": "Any of these statuses. Left out or empty: all of them.",
}

#: The description of an input of changes, and that of a field that a new thing needs.
_OF_CHANGES, _MANDATORY = "what is left out stays as it is", " Mandatory."


def describe(schema: GraphQLSchema) -> None:
    """Set the descriptions in `schema`. Raises LookupError for a value that its enum does not have."""
    for name, values in {**VALUES, **FURTHER_VALUES}.items():
        enum = schema.type_map[name]
        assert isinstance(enum, GraphQLEnumType), name
        for value, meaning in values.items():
            enum.values[value].description = meaning
    for kind in schema.type_map.values():
        if isinstance(kind, GraphQLInputObjectType) and _OF_CHANGES in (kind.description or ""):
            _describe_changes(kind)
        if isinstance(kind, GraphQLObjectType | GraphQLInterfaceType):
            for field_name, field in kind.fields.items():
                for argument_name, argument in field.args.items():
                    _describe_argument(f"{kind.name}.{field_name}", argument_name, argument)


def _describe_changes(kind: GraphQLInputObjectType) -> None:
    """Say of the fields that new things need what holds where they are changed: they may be left out."""
    for field in kind.fields.values():
        description = field.description or ""
        if description.endswith(_MANDATORY):
            field.description = description.removesuffix(_MANDATORY) + " Left out: as it is; null is refused."


def _describe_argument(field: str, name: str, argument: GraphQLArgument) -> None:
    """Describe an argument, unless it has a description of its own."""
    if not argument.description:
        argument.description = ARGUMENTS.get(f"{field}.{name}") or ARGUMENTS.get(name)

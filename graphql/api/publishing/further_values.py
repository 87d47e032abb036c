"""Descriptions of the values of further enums, beside those of `descriptions`."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

#: The description of each value, by enum.
FURTHER_VALUES: Final[Mapping[str, Mapping[str, str]]] = {
    "PublicationKind": {
        "NEWS": "News (« actualité »).",
        "WORKSHOP": "A ready-made workshop (« atelier clé en main »): its framing, course, material and duration.",
        "RECEIVED_IDEA": "A received idea (« idée reçue »): the idea, what is true, sources.",
        "TUTORIAL": "A tutorial.",
        "VIDEO": "A video, at one of its links.",
        "KIT": "A kit: files to use together.",
        "LESSON": "A lesson learnt (« retour d'expérience »).",
    },
    "PublicationOrder": {
        "PUBLISHED_AT": "The last put online first.",
        "RELEVANCE": "What `where.text` fits best first; without a text, as PUBLISHED_AT.",
    },
    "StrategyStatus": {
        "WRITTEN": "It waits for stakeholders to validate it.",
        "ADOPTED": "Every stakeholder has validated it.",
        "SUPERSEDED": "A later version was written.",
    },
    "ActionGroupStatus": {"OPEN": "At work.", "CLOSED": "Its work is over."},
    "ServiceWarningCode": {
        "SAME_TIME_AND_PLACE": "Another attested animation was at the same place at that time.",
        "SAME_SHEET": "A page of its signed sheet is the same file as one of another animation's.",
        "ALIKE_SHEET": "A page of its signed sheet looks like one of another animation of its structure, saved again.",
        "ATTENDANCE_ABOVE_SEATS": "Many more parents came than there were seats.",
        "ATTENDANCE_UNLIKE_LIST": "Far more or fewer parents are declared than were ticked or counted on the day.",
        "NOBODY_CAME": "Nobody came.",
        "VERY_SHORT": "It lasted less than a quarter of an hour.",
        "VERY_LONG": "It lasted more than a day.",
        "DECLARED_LATE": "It was declared more than sixty days after it took place.",
        "UNUSUAL_RATE": "Its rate is above a thousand euros.",
    },
    "PersonalKind": {
        "CANDIDATURE": "A candidature that they made.",
        "REGISTRATION": "A registration for an animation, by themself or by others.",
        "ACCOUNT": "Their account, with its mandates.",
        "MAIL_PREFERENCES": "An address that an account is written to at.",
        "INVITATION": "An invitation to speak for a structure.",
        "CONTACT": "A contact in a structure's list.",
        "WORDS": "What people wrote in a thing, or the name of a structure.",
        "AUTHOR": "Their name under a publication.",
        "GROUP_MEMBER": "Their name and address as a member of an action-research group.",
    },
    "MentionKind": {
        "PUBLICATION": "News or a resource.",
        "REQUEST": "A school's request for an animation.",
        "GROUP": "An action-research group.",
        "STRATEGY": "A territory's strategy.",
        "SCHOOL_PROJECT": "A school's project.",
    },
    "PasskeyWithdrawalReason": {
        "LOST": "The device is lost.",
        "STOLEN": "The device is stolen.",
        "LEFT": "The person has left.",
    },
    "PublicationStatus": {
        "PROPOSED": "It waits for the national team, or is a draft of who may put it online.",
        "PUBLISHED": "Online, for everybody.",
        "REFUSED": "Refused with a reason: its structure may correct it, which submits it again.",
        "WITHDRAWN": "Taken down, or given up, with a reason. Final.",
    },
}

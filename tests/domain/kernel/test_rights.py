"""Who may do what: the whole table, by hand, against what the domain decides. No database, no API: the rule itself."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.kernel.actions import PERSONS
from domain.kernel.actors import PUBLIC, SYSTEM, Actor, Role
from domain.kernel.errors import DomainError, ErrorCode
from domain.kernel.rights import RIGHTS, Action, Belongings, Scope, authorize, may
from tests.support.domain import builders
from tests.support.domain.actions import RIGHTS_BY_HAND
from tests.support.domain.builders import OTHER_PERSON, OTHER_UAI, OURS, PERSON, THEIRS, UAI

#: `accept`: everywhere too, for whoever does not only say of themself what they are.
EVERYWHERE = ("any", "accept")
COLUMNS = (
    Role.PUBLIC,
    Role.PARENT,
    Role.STRUCTURE,
    Role.MEDIATEUR,
    Role.COORDONNATEUR,
    Role.DIRECTOR,
    Role.INSPECTOR,
    Role.HEAD,
    Role.TEACHER,
    Role.NATIONAL,
    Role.AUDITOR,
    Role.SYSTEM,
)

#: A thing that is somebody's own in one way only, and everything else somebody else's.
OTHERS = Belongings(THEIRS, frozenset(["02"]), OTHER_UAI, OTHER_PERSON, frozenset(["02"]))
OWN = {
    "struct": Belongings(OURS, frozenset(["02"]), OTHER_UAI, OTHER_PERSON),
    "terr": Belongings(THEIRS, frozenset(["02", "34"]), OTHER_UAI, OTHER_PERSON, frozenset(["02"])),
    "home": Belongings(THEIRS, frozenset(["02"]), OTHER_UAI, OTHER_PERSON, frozenset(["34"])),
    "school": Belongings(THEIRS, frozenset(["02"]), UAI, OTHER_PERSON),
    "person": Belongings(THEIRS, frozenset(["02"]), OTHER_UAI, PERSON),
}
THINGS = OWN | {"another's": OTHERS, "nobody's": Belongings()}
NOTHING = dict.fromkeys(("structures", "territories", "schools"), frozenset[Any]()) | {"person_id": None}


def actor(role: Role, **owns: Any) -> Actor:
    """As the builders' one, and our person in every role but those that nobody is."""
    person = {} if role in (Role.PUBLIC, Role.SYSTEM) else {"person_id": PERSON}
    return builders.actor(role, **person | owns)


def rows() -> dict[str, dict[Role, str]]:
    _, *lines = RIGHTS_BY_HAND.strip("\n").splitlines()
    return {name: dict(zip(COLUMNS, reach, strict=True)) for name, *reach in (line.split() for line in lines)}


def test_the_table_holds_every_action_and_every_role():
    assert set(rows()) == {action.value for action in Action}
    assert set(COLUMNS) == set(Role)
    assert set(RIGHTS) == set(Action)


def test_what_one_only_says_of_oneself_gives_no_right_over_others_things():
    cells = {(name, role) for name, row in rows().items() for role, reach in row.items() if reach == "accept"}
    assert cells == {("registrationSubmitFor", Role.MEDIATEUR)}
    mediateur = actor(Role.MEDIATEUR)
    for who in (mediateur, replace(mediateur, role=Role.STRUCTURE, also=frozenset([Role.MEDIATEUR]))):
        self_declared = replace(who, accepted=False)
        accepted = replace(self_declared, accepted=True)
        assert not may(self_declared, Action.REGISTRATION_SUBMIT_FOR, OTHERS)
        assert may(accepted, Action.REGISTRATION_SUBMIT_FOR, OTHERS)


@pytest.mark.parametrize("action", Action)
def test_an_action_reaches_as_far_as_its_row_says(action):
    """Walk every role over every thing, as somebody of that role and as one who owns nothing at all."""
    wrong = []
    for role, reach in rows()[action].items():
        everywhere, own = reach in EVERYWHERE, reach.replace("p+", "person+").split("+")
        for name, thing in THINGS.items():
            if may(actor(role), action, thing) is not (everywhere or name in own):
                wrong.append(f"{role} ({reach}): {name}")
            if may(actor(role, **NOTHING), action, thing) is not everywhere:
                wrong.append(f"{role} ({reach}), who owns nothing: {name}")
    assert not wrong, "\n".join(wrong)


READING = {
    *("structureRead", "territoryRead", "countryRead", "auditRead", "blankedTextRead", "candidatureRead"),
    "controlRead",
}
CONTROLLING = {"controlOpen", "controlPieceJudge", "controlClose"}


def test_an_auditor_reads_what_justifies_a_payment_and_changes_nothing_but_controls():
    may_do = {name for name, row in rows().items() if may(actor(Role.AUDITOR), Action(name), OTHERS)}
    assert may_do - {"mandateRead"} == READING - {"candidatureRead"} | CONTROLLING | {
        "notificationsMarkRead",
        "mailPreferencesSet",
        "satisfactionRead",
        "schoolProjectRead",
    }


@pytest.mark.parametrize("action", [action for action in Action if Scope.OWN_PERSON in RIGHTS[action].values()])
def test_what_is_a_person_s_own_is_theirs_in_whatever_role_they_act(action):
    wrong = []
    for role in PERSONS:
        if not may(actor(role), action, OWN["person"]):
            wrong.append(f"{role}: their own")
        if may(actor(role, person_id=None), action, Belongings()) and RIGHTS[action][role] is not Scope.ANYWHERE:
            wrong.append(f"{role}: nobody's")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("role", PERSONS)
def test_a_mandate_takes_nothing_away_that_a_parent_or_a_mediateur_may_do(role):
    mandated = actor(role, also=frozenset([Role.PARENT, Role.MEDIATEUR]))
    for besides in (Role.PARENT, Role.MEDIATEUR):
        theirs = [action for action in Action if may(actor(besides), action, Belongings(person_id=PERSON))]
        assert all(may(mandated, action, Belongings(person_id=PERSON)) for action in theirs)


REGISTERING = [Action.REGISTRATION_SUBMIT, Action.REGISTRATION_CANCEL, Action.REGISTRATION_KEEP]


def test_a_mediateur_only_registers_themself_and_parents_and_sees_to_their_own_account():
    others = [thing for own, thing in OWN.items() if own != "person"]
    may_do = {action for action in Action for thing in others if may(actor(Role.MEDIATEUR), action, thing)}
    assert may_do == {
        *REGISTERING,
        Action.REGISTRATION_SUBMIT_FOR,
        Action.INVITATION_ACCEPT,
        Action.MEDIATEUR_REGISTER,
        Action.MAIL_PREFERENCES_SET,
        Action.NOTIFICATIONS_MARK_READ,
        Action.QUESTIONNAIRE_ANSWER,
    }


def test_the_public_only_submits_candidatures_and_registers():
    may_do = [action for action in Action if may(PUBLIC, action, Belongings())]
    assert may_do == [Action.CANDIDATURE_SUBMIT, *REGISTERING, Action.UNSUBSCRIBE, Action.QUESTIONNAIRE_ANSWER]


def test_the_system_decides_nothing_that_people_decide():
    assert {action.value for action in Action if may(SYSTEM, action, OTHERS)} == {
        "animationEnd",
        # With the animation that answered before it was refused.
        "animationRequestAnswer",
        "animationRequestLapse",
        "animationRequestReopen",
        # Once its words are erased; publications too.
        "animationRequestWithdraw",
        "publicationWithdraw",
        "animationResume",
        "animationSuspend",
        "controlDraw",
        "fileExpire",
        "proofMapCommit",
        "proofLogCheck",
        "logRestore",
        "signingRequire",
        "termAdd",
        "territoryJoin",
        "attestationFormWord",
        "satisfactionFormWord",
        "satisfactionRecord",
        "personErase",
        "letterRefuse",
        "registrantsRemind",
        "webhookPause",
        "webhookReplay",
        *READING,
    }


def test_a_refusal_names_its_cause_and_says_the_same_whatever_there_is():
    begins = "Vous n'avez pas le droit de faire cette action."
    for role in Role:
        nobody = actor(role, territories=frozenset())
        for action in (action for action in Action if not may(nobody, action, Belongings())):
            messages = set()
            for theirs in (Belongings(), Belongings(structure_id=UUID(int=7), territories=frozenset(["34"]))):
                with pytest.raises(DomainError) as refusal:
                    authorize(nobody, action, theirs)
                (problem,) = refusal.value.problems
                assert (problem.code, problem.field) == (ErrorCode.FORBIDDEN, ())
                messages.add(problem.message)
            (message,) = messages
            assert message.startswith(begins)
            assert message != begins or set(RIGHTS[action]) <= {Role.PUBLIC, Role.SYSTEM}, action
    with pytest.raises(DomainError, match="Elle revient à : équipe nationale"):
        authorize(actor(Role.STRUCTURE), Action.ANIMATION_PUBLISH, Belongings())
    with pytest.raises(DomainError, match="que sur ses propres territoires"):
        authorize(actor(Role.COORDONNATEUR, territories=frozenset(["18"])), Action.CONVENTION_SIGN, Belongings())


@pytest.mark.parametrize(
    ("action", "role", "cause"),
    [
        # A coordonnateur publishes what is their territory's, never what a structure proposes.
        (
            "publicationPublish",
            Role.STRUCTURE,
            "Elle revient à l'équipe nationale, ou au coordonnateur pour ce que son",
        ),
        ("publicationRefuse", Role.COORDONNATEUR, "Elle revient à : équipe nationale."),
        # The structure may well work in their territory.
        ("publicationPropose", Role.COORDONNATEUR, "Ce qui est à une structure revient à la structure."),
        ("webhookSubscribe", Role.COORDONNATEUR, "Ce qui est à une structure revient à la structure."),
        ("webhookReplay", Role.STRUCTURE, "Votre compte n'agit que pour sa propre structure."),
        ("candidatureRecordAccompaniment", Role.NATIONAL, "vous-même. Sinon, elle revient à : coordonnateur."),
        ("candidatureWithdraw", Role.TEACHER, "vous-même. Sinon, elle revient à : coordonnateur, équipe nationale."),
        ("animationRequest", Role.NATIONAL, "Elle revient à : directeur d'école, chef d'établissement, enseignant."),
        ("animationRequestTakeUp", Role.COORDONNATEUR, "Elle revient à : structure."),
        ("animationRequestWithdraw", Role.TEACHER, "Votre compte n'agit que pour ses propres établissements."),
        ("schoolProjectRecord", Role.TEACHER, "à : directeur d'école, chef d'établissement, coordonnateur."),
        ("strategyDocumentAttach", Role.DIRECTOR, "Elle revient à : coordonnateur, équipe nationale."),
        ("actionGroupMemberAdd", Role.STRUCTURE, "Elle revient à : coordonnateur, équipe nationale."),
    ],
)
def test_a_refusal_says_who_may_and_says_too_much_of_nobody(action: str, role: Role, cause: str):
    with pytest.raises(DomainError) as refusal:
        authorize(actor(role, **NOTHING), Action(action), OTHERS)
    assert cause in refusal.value.problems[0].message


_CODES = ("02", "18", "34", "971")
_IDS = tuple(UUID(int=number) for number in range(4))


@st.composite
def strangers(draw: st.DrawFn) -> tuple[Actor, Belongings]:
    """Somebody, and a thing of which nothing is theirs."""

    def split(values: Sequence[Any]) -> tuple[frozenset[Any], frozenset[Any]]:
        ours = draw(st.frozensets(st.sampled_from(values), max_size=len(values) // 2))
        return ours, draw(st.frozensets(st.sampled_from([value for value in values if value not in ours]), max_size=2))

    def one_of(values: frozenset[Any]) -> Any:
        return next(iter(values), None)

    (structures, theirs), (territories, there), (_, home) = split(_IDS), split(_CODES), split(_CODES)
    (schools, elsewhere), (person, other) = split((UAI, OTHER_UAI)), split((PERSON, OTHER_PERSON))
    reach = {"structures": structures, "territories": territories, "schools": schools, "person_id": one_of(person)}
    who = Actor(draw(st.sampled_from(Role)), "somebody", **reach, accepted=draw(st.booleans()))
    return who, Belongings(one_of(theirs), there, one_of(elsewhere), one_of(other), home - territories)


@given(strangers(), st.sampled_from(Action))
def test_no_power_but_one_over_everything_reaches_what_is_not_ones_own(stranger, action):
    who, thing = stranger
    scope = RIGHTS[action].get(who.role)
    assert may(who, action, thing) is (scope is Scope.ANYWHERE or (scope is Scope.ACCEPTED and who.accepted))

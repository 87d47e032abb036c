"""The domain's lists as GraphQL enums. Registered before any type is made: each has one definition in the schema."""

from __future__ import annotations

import strawberry

from application.notifications.kinds import NoticeKind
from domain.action_groups.transitions import ActionGroupStatus
from domain.animation_requests.request import Difference
from domain.animation_requests.transitions import RequestStatus
from domain.animations.transitions import AnimationStatus
from domain.candidatures.events import Degree
from domain.candidatures.missions import Mission
from domain.candidatures.transitions import CandidatureStatus
from domain.controls.pieces import ReasonCode
from domain.controls.transitions import ControlStatus
from domain.kernel.actors import Role
from domain.kernel.dossier_status import DossierStatus
from domain.kernel.errors import ErrorCode
from domain.passkeys.events import WithdrawalReason
from domain.publications.content import PublicationKind
from domain.publications.transitions import PublicationStatus
from domain.satisfaction.form import QuestionKind
from domain.service_dossiers.transitions import AmendmentStatus
from domain.service_dossiers.warnings import WarningCode
from domain.strategies.transitions import StrategyStatus
from domain.typology.typology import TermKind, ThemeFamily
from projections.engine.announcing import Step

strawberry.enum(NoticeKind, name="NotificationCode", description="What a notification tells of, for programs.")
strawberry.enum(Role, name="Role", description="In what role somebody acts.")
strawberry.enum(
    Step,
    name="RebuildStep",
    description="What a rebuild does: fill new tables, index them, take what was recorded meanwhile; or how it ended.",
)
strawberry.enum(AnimationStatus, name="AnimationStatus", description="Where an animation stands.")
strawberry.enum(RequestStatus, name="AnimationRequestStatus", description="Where a school's request stands.")
strawberry.enum(
    Difference,
    name="AnimationRequestDifference",
    description="Where the animation that answers a request differs from what the school wished for.",
)
strawberry.enum(CandidatureStatus, name="CandidatureStatus", description="Where a candidature stands.")
strawberry.enum(PublicationKind, name="PublicationKind", description="What kind of publication it is.")
strawberry.enum(PublicationStatus, name="PublicationStatus", description="Where a publication stands.")
strawberry.enum(Mission, name="VolunteerMission", description="The five missions of a Parent Ressource.")
strawberry.enum(Degree, name="Degree", description="First degree: écoles. Second degree: collèges and lycées.")
strawberry.enum(DossierStatus, name="ServiceDossierStatus", description="Where a service dossier stands.")
strawberry.enum(AmendmentStatus, name="ServiceAmendmentStatus", description="Where an amendment stands.")
strawberry.enum(WarningCode, name="ServiceWarningCode", description="What is unusual in a service dossier.")
strawberry.enum(StrategyStatus, name="StrategyStatus", description="Where a version of a strategy stands.")
strawberry.enum(ActionGroupStatus, name="ActionGroupStatus", description="Whether a group is at work.")
strawberry.enum(ControlStatus, name="ControlStatus", description="Where a control stands.")
strawberry.enum(
    WithdrawalReason,
    name="PasskeyWithdrawalReason",
    description="Why the passkeys of somebody else are withdrawn: their device is lost, or stolen, or they have left.",
)
strawberry.enum(ReasonCode, name="ControlReasonCode", description="Why a piece is accepted (CONFORM) or refused.")
strawberry.enum(ErrorCode, name="ErrorCode", description="Why a mutation was not carried out.")
strawberry.enum(TermKind, name="TypologyKind", description="The lists of choices.")
strawberry.enum(ThemeFamily, name="ThemeFamily", description="The two families of themes.")
strawberry.enum(
    QuestionKind,
    name="QuestionKind",
    description="How a question of the satisfaction questionnaire is answered.",
)

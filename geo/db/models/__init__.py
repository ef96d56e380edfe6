"""Tables, one file per aggregate."""

from geo.db.models.access import LoginTry, RecoveryCode, SecondFactor
from geo.db.models.audit import AuditEntry, AuditHead
from geo.db.models.base import Areas, Base, parse_areas
from geo.db.models.cases import (
    Case,
    CaseCategory,
    CaseEvent,
    CasePhoto,
    CaseVoice,
)
from geo.db.models.drafts import Job, PlanAnswer, PlanComment, PlanEdit
from geo.db.models.fairness import Appeal, CountyPolicy, Decision
from geo.db.models.grids import Grid, GridVersion, Plan, PlanGrid, PlanUnit, Site
from geo.db.models.keeping import JudgedDay, KeptTrack, RetentionMark
from geo.db.models.patrols import PatrolRule, RoundDigest, Verdict
from geo.db.models.people import (
    Account,
    Assignment,
    CalendarEntry,
    Checkpoint,
    Device,
    DeviceBinding,
    LoginSession,
    PatrolGroup,
    PatrolGroupMember,
    Person,
    StandIn,
)
from geo.db.models.territory import (
    County,
    Import,
    LandscapeLine,
    Region,
    RegionLineage,
    Settlement,
)
from geo.db.models.tracks import (
    DayTrack,
    JournalRow,
    LatestFix,
    QuarantinedFix,
    TrackCell,
)
from geo.db.models.visits import VisitFound

__all__ = [
    "Account",
    "Appeal",
    "Areas",
    "Assignment",
    "AuditEntry",
    "AuditHead",
    "Base",
    "CalendarEntry",
    "Case",
    "CaseCategory",
    "CaseEvent",
    "CasePhoto",
    "CaseVoice",
    "Checkpoint",
    "County",
    "CountyPolicy",
    "DayTrack",
    "Decision",
    "Device",
    "DeviceBinding",
    "Grid",
    "GridVersion",
    "Import",
    "Job",
    "JournalRow",
    "JudgedDay",
    "KeptTrack",
    "LandscapeLine",
    "LatestFix",
    "LoginSession",
    "LoginTry",
    "PatrolGroup",
    "PatrolGroupMember",
    "PatrolRule",
    "Person",
    "Plan",
    "PlanAnswer",
    "PlanComment",
    "PlanEdit",
    "PlanGrid",
    "PlanUnit",
    "QuarantinedFix",
    "RecoveryCode",
    "Region",
    "RegionLineage",
    "RetentionMark",
    "RoundDigest",
    "SecondFactor",
    "Settlement",
    "Site",
    "StandIn",
    "TrackCell",
    "Verdict",
    "VisitFound",
    "parse_areas",
]

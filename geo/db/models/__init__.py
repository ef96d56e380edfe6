"""Tables, one file per aggregate."""

from geo.db.models.audit import AuditEntry, AuditHead
from geo.db.models.base import Areas, Base, parse_areas
from geo.db.models.cases import Case, CaseCategory, CaseEvent, CasePhoto
from geo.db.models.grids import Grid, GridVersion, Plan, PlanGrid, PlanUnit, Site
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

__all__ = [
    "Account",
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
    "Checkpoint",
    "County",
    "Device",
    "DeviceBinding",
    "Grid",
    "GridVersion",
    "Import",
    "LandscapeLine",
    "LoginSession",
    "PatrolGroup",
    "PatrolGroupMember",
    "Person",
    "Plan",
    "PlanGrid",
    "PlanUnit",
    "Region",
    "RegionLineage",
    "Settlement",
    "Site",
    "StandIn",
    "parse_areas",
]

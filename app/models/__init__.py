"""The schema. Importing this package imports every table, so that `Base.metadata` is whole."""

from app.models.base import Base
from app.models.catalogue import Campaign, Field, InstrumentVersion, Procedure
from app.models.closing import HourClosing
from app.models.collection import Device, DossierCount, PublishedCount, RatingCode, WalkAway
from app.models.devices import DeviceState, EnrolmentCode
from app.models.installation import Installation
from app.models.integrity import IntegrityFlag, IntegrityStep
from app.models.opening import OpeningDay, OpeningHours
from app.models.paper import PaperBatch, PaperBox, PaperCopy, PaperEntry, PaperSheet
from app.models.paper_scans import PaperScan
from app.models.people import ApiKey, SignIn, User
from app.models.places import Counter, Unit, UnitCode, UnitSuccession
from app.models.responses import Comment, Exclusion, ExclusionStep, Quarantined, RespondentAnswers, Response, ResponseReasons
from app.models.targets import Floor, ParScale, ReportingCalendar, Target

__all__ = [
    "ApiKey",
    "Base",
    "Campaign",
    "Comment",
    "Counter",
    "Device",
    "DeviceState",
    "DossierCount",
    "EnrolmentCode",
    "Exclusion",
    "ExclusionStep",
    "Field",
    "Floor",
    "HourClosing",
    "Installation",
    "InstrumentVersion",
    "IntegrityFlag",
    "IntegrityStep",
    "OpeningDay",
    "OpeningHours",
    "PaperBatch",
    "PaperBox",
    "PaperCopy",
    "PaperEntry",
    "PaperScan",
    "PaperSheet",
    "ParScale",
    "Procedure",
    "PublishedCount",
    "Quarantined",
    "RatingCode",
    "ReportingCalendar",
    "RespondentAnswers",
    "Response",
    "ResponseReasons",
    "SignIn",
    "Target",
    "Unit",
    "UnitCode",
    "UnitSuccession",
    "User",
    "WalkAway",
]

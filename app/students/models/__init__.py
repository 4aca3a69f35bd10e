"""Tables of the record: the person, enrolments and changes, the archive, directives, and what hangs on them."""

from app.students.models.archives import Archive, ArchiveEntry
from app.students.models.cohorts import (
    CERTIFICATE_NAMES,
    DISCREPANCY_NAMES,
    LEFT_OUT_TEXTS,
    Certificate,
    CertificateKind,
    ClassCheck,
    Discrepancy,
    DiscrepancyKind,
    LeftOut,
    LeftOutBecause,
    LockPostponement,
    LockSnapshot,
)
from app.students.models.contests import CONTEST_NAMES, REMEDY_NAMES, Contest, ContestKind, Remedy
from app.students.models.directives import Directive, DirectiveKind, DirectiveStatus
from app.students.models.enrolments import (
    CHANGE_NAMES,
    OPEN_STANDINGS,
    STANDING_NAMES,
    Change,
    Enrolment,
    Standing,
    Suspension,
)
from app.students.models.issued import Photo, Proof
from app.students.models.lawful_changes import LawfulChange
from app.students.models.names import NamePart
from app.students.models.sections import SECTION_NAMES, Section
from app.students.models.students import Guardian, NumberKind, NumberReservation, Sex, Student, StudentNumber, masked

__all__ = [
    "CERTIFICATE_NAMES",
    "CHANGE_NAMES",
    "CONTEST_NAMES",
    "DISCREPANCY_NAMES",
    "LEFT_OUT_TEXTS",
    "OPEN_STANDINGS",
    "REMEDY_NAMES",
    "SECTION_NAMES",
    "STANDING_NAMES",
    "Archive",
    "ArchiveEntry",
    "Certificate",
    "CertificateKind",
    "Change",
    "ClassCheck",
    "Contest",
    "ContestKind",
    "Directive",
    "DirectiveKind",
    "DirectiveStatus",
    "Discrepancy",
    "DiscrepancyKind",
    "Enrolment",
    "Guardian",
    "LawfulChange",
    "LeftOut",
    "LeftOutBecause",
    "LockPostponement",
    "LockSnapshot",
    "NamePart",
    "NumberKind",
    "NumberReservation",
    "Photo",
    "Proof",
    "Remedy",
    "Section",
    "Sex",
    "Standing",
    "Student",
    "StudentNumber",
    "Suspension",
    "masked",
]

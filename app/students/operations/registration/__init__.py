"""注册建档: a chunk of children enters a cohort, each accepted or refused by itself.

Set by set rather than child by child: the seats are counted once, the numbers taken once, the rows written together.
What is refused leaves nothing behind.
"""

from app.students.operations.registration.cohort import Cohort, cohort_of
from app.students.operations.registration.graduates import pull_graduate, register_graduates
from app.students.operations.registration.new import known_as, register_new
from app.students.operations.registration.recruits import Recruit, register_recruits

__all__ = [
    "Cohort",
    "Recruit",
    "cohort_of",
    "known_as",
    "pull_graduate",
    "register_graduates",
    "register_new",
    "register_recruits",
]

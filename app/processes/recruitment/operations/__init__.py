"""外招名单: two bureaus confirm child by child, the source signs for each archive, the school registers one by one.

Each child has a small run of its own, stored with its row; an office answers for the whole list in one act. What is
refused stays on the list with its reason. Nobody is directed or registered without both bureaus' consent on record,
whatever the diagram says: the verbs ask for it themselves.
"""

from app.processes.recruitment.operations.confirmation import answers, confirm, mark, settle, strike
from app.processes.recruitment.operations.directives import direct, directive_ended, withhold
from app.processes.recruitment.operations.ending import abandon, drop, give_up
from app.processes.recruitment.operations.lists import roster_of, write_roster
from app.processes.recruitment.operations.registration import conclude, prepare, register

__all__ = [
    "abandon",
    "answers",
    "conclude",
    "confirm",
    "direct",
    "directive_ended",
    "drop",
    "give_up",
    "mark",
    "prepare",
    "register",
    "roster_of",
    "settle",
    "strike",
    "withhold",
    "write_roster",
]

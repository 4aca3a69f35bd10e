"""Policies: what must have been decided before a verb may write, and the proof that a diagram never goes past that."""

from workflows.policies.book import COMMON, SUFFIX, Book, NoPolicy
from workflows.policies.held import Act, Answered, Heard, Ran, history_of
from workflows.policies.history import History, Rules, Task
from workflows.policies.language import PolicyRefused, check_policy_size, read_policy_file
from workflows.policies.policy import EMPTY, Policy, PolicyFile, Requirement
from workflows.policies.proof import prove

__all__ = [
    "COMMON",
    "EMPTY",
    "SUFFIX",
    "Act",
    "Answered",
    "Book",
    "Heard",
    "History",
    "NoPolicy",
    "Policy",
    "PolicyFile",
    "PolicyRefused",
    "Ran",
    "Requirement",
    "Rules",
    "Task",
    "check_policy_size",
    "history_of",
    "prove",
    "read_policy_file",
]

"""Running cases on another version: where a run stands is carried over, and what may follow is proved from there."""

from workflows.migration.ahead import Ahead, ahead_of
from workflows.migration.migrate import Migrated, Step, VersionOfRuns, migrate
from workflows.migration.move import move

__all__ = ["Ahead", "Migrated", "Step", "VersionOfRuns", "ahead_of", "migrate", "move"]

"""Variants: a bureau's own version of a process, which is the province's with further steps (`findings_of_variant`)."""

from workflows.variants.check import ProcessFiles, findings_of_variant
from workflows.variants.drawing import AddedStep, added_steps

__all__ = ["AddedStep", "ProcessFiles", "added_steps", "findings_of_variant"]

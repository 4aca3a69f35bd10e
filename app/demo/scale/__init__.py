"""A province to measure with: as many made-up children as are asked for, each with a case, written by COPY.

A dozen cases are walked through the real verbs first; every other child's life repeats the rows that one of them has
left, with its own people, offices, days and numbers. So a generated case goes on as any other.
"""

from app.demo.scale.loading import NotEmpty, NotPostgresql, load

__all__ = ["NotEmpty", "NotPostgresql", "load"]

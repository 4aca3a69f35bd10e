from __future__ import annotations


def load(say):
    say("todo")

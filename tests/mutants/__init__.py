"""Does a test notice when a rule breaks? One-line faults (`mutants.toml`), each with the tests that must fail for it.

`make mutants` (or `python -m tests.mutants [words of a name …]`) applies one after the other to a copy of the tree and
runs the named tests there; one that survives is a hole in the tests. The suite itself runs a few of them a day.
"""

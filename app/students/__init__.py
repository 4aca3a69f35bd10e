"""Students, their numbers and guardians, enrolments, changes, archives and directives."""

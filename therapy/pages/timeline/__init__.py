"""Everything that happened with one patient, a month at a time."""

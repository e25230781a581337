"""What work says that cannot be done. Known to rooms that know nothing of the ledger."""


class JobRefused(Exception):
    """The work cannot succeed however often it is tried; its text says why and what to do."""

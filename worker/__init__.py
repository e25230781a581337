"""Work outside the request: the job ledger (bottom of the house) and the Celery tasks (its top)."""

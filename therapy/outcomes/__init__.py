"""What a clinic's listening came to: summaries by patient and month, and the report over them.

Numbers are those of listening to music by a plan, never of treating a disease.
"""

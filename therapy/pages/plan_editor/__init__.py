"""Writing a patient's next session plan: a form, a look at what it would do, and prescribing it.

Nothing is stored before it is prescribed: what was typed travels in the form from step to step.
"""

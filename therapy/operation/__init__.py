"""The pages of who runs the installation: clinics, accounts, catalogues, work. No patient.

Rooms above register what is theirs in `AppConfig.ready()`.
"""

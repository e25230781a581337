from django.apps import AppConfig


class TherapyConfig(AppConfig):
    name = "therapy"

    def ready(self) -> None:
        """Listen to what allauth tells of sign-ins and to every write, and show the panels."""
        from therapy.accounts import adapters, second_factor  # noqa: F401
        from therapy.audit.registering import register
        from therapy.operation.registering import register as register_operation
        from therapy.pages import panels
        from therapy.pages.adherence import AdherencePanel
        from therapy.pages.consent_panel import ConsentPanel
        from therapy.pages.goals import GoalsPanel
        from therapy.pages.phones import PhonesPanel
        from therapy.pages.reminders import RemindersPanel
        from therapy.pages.safety import FlagsColumn, FlagsPanel
        from therapy.pages.timeline import care, listening, sources
        from therapy.pages.trials import TrialsPanel
        from therapy.phone_app import checks  # noqa: F401
        from therapy.rights import holders
        from therapy.rights.tables_holder import ClinicTables

        register()
        register_operation()
        panels.register(FlagsPanel())
        panels.register_column(FlagsColumn())
        panels.register(AdherencePanel())
        panels.register(GoalsPanel())
        panels.register(TrialsPanel())
        panels.register(PhonesPanel())
        panels.register(ConsentPanel())
        panels.register(RemindersPanel())
        sources.register(care.Plans())
        sources.register(care.Trials())
        sources.register(care.Goals())
        sources.register(listening.Sessions())
        sources.register(listening.Answers())
        sources.register(care.Flags())
        sources.register(care.Notes())
        sources.register(care.Consents())
        sources.register(care.Phones())
        holders.register(ClinicTables())

from django.apps import AppConfig


class TherapyConfig(AppConfig):
    name = "therapy"

    def ready(self) -> None:
        """Listen to what allauth tells of sign-ins and to every write, and show the panels."""
        from therapy.accounts import adapters, second_factor  # noqa: F401
        from therapy.audit.registering import register
        from therapy.pages import panels
        from therapy.pages.consent_panel import ConsentPanel
        from therapy.pages.phones import PhonesPanel
        from therapy.pages.safety import FlagsColumn, FlagsPanel
        from therapy.rights import holders
        from therapy.rights.tables_holder import ClinicTables

        register()
        panels.register(FlagsPanel())
        panels.register_column(FlagsColumn())
        panels.register(PhonesPanel())
        panels.register(ConsentPanel())
        holders.register(ClinicTables())

from django.apps import AppConfig


class TherapyConfig(AppConfig):
    name = "therapy"

    def ready(self) -> None:
        from therapy.pages import panels
        from therapy.pages.consent_panel import ConsentPanel
        from therapy.pages.phones import PhonesPanel

        panels.register(PhonesPanel())
        panels.register(ConsentPanel())

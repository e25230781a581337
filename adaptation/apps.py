from django.apps import AppConfig


class AdaptationConfig(AppConfig):
    name = "adaptation"

    def ready(self) -> None:
        from adaptation.pages import ModelColumn, ModelPanel
        from therapy.pages import panels

        panels.register(ModelPanel())
        panels.register_column(ModelColumn())

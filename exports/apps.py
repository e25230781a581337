from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "exports"

    def ready(self) -> None:
        from exports.pages import PackagesPanel
        from therapy.pages import panels

        panels.register(PackagesPanel())

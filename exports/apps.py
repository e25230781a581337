from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "exports"

    def ready(self) -> None:
        from exports.operation import register
        from exports.pages import PackagesPanel
        from therapy.pages import panels

        register()
        panels.register(PackagesPanel())

from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "exports"

    def ready(self) -> None:
        from exports.operation import register
        from exports.pages import PackagesPanel
        from exports.timeline import Holds
        from exports.tryouts import make_tryout
        from therapy.pages import panels, tryouts
        from therapy.pages.timeline import sources

        register()
        panels.register(PackagesPanel())
        sources.register(Holds())
        tryouts.register(make_tryout)

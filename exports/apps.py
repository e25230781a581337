from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "exports"

    def ready(self) -> None:
        from exports.operation import register
        from exports.pages import PackagesPanel
        from exports.timeline import Holds
        from exports.trials import make_trial
        from therapy.pages import panels, trials
        from therapy.pages.timeline import sources

        register()
        panels.register(PackagesPanel())
        sources.register(Holds())
        trials.register(make_trial)

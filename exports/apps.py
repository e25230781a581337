from django.apps import AppConfig


class ExportsConfig(AppConfig):
    name = "exports"

    def ready(self) -> None:
        from exports.operation import register
        from exports.pages import PackagesPanel
        from exports.trials import make_trial
        from therapy.pages import panels, trials

        register()
        panels.register(PackagesPanel())
        trials.register(make_trial)

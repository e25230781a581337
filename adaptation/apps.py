from django.apps import AppConfig


class AdaptationConfig(AppConfig):
    name = "adaptation"

    def ready(self) -> None:
        from adaptation.operation import register
        from adaptation.outcomes import ModelBenefit
        from adaptation.pages import ModelColumn, ModelPanel
        from adaptation.places import PlacedByBase
        from adaptation.rights import TrainedBases
        from adaptation.timeline import ModelVersions
        from therapy.catalogue import places
        from therapy.outcomes import contributed
        from therapy.pages import panels
        from therapy.pages.timeline import sources
        from therapy.rights import holders

        register()
        panels.register(ModelPanel())
        panels.register_column(ModelColumn())
        holders.register(TrainedBases())
        contributed.register(ModelBenefit())
        sources.register(ModelVersions())
        places.register(PlacedByBase())

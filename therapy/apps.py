from django.apps import AppConfig


class TherapyConfig(AppConfig):
    name = "therapy"

    def ready(self) -> None:
        """Listen to what allauth tells of sign-ins and second factors, and to every write."""
        from therapy.accounts import adapters, second_factor  # noqa: F401
        from therapy.audit.registering import register

        register()

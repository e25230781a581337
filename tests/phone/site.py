"""The server that a phone's app is served by, at one address, as it is restarted."""

from tests.installation import Installation
from tests.processes import free_port


class Site:
    """A server at one address that can be stopped and started, as it restarts with a new app."""

    def __init__(self, installation: Installation) -> None:
        self.installation, self.place = installation, f"127.0.0.1:{free_port()}"
        self.address = f"http://{self.place}"
        self.start()

    def start(self) -> None:
        self.web = self.installation.start_web("--bind", self.place)

    def stop(self) -> None:
        self.web.stop()

    def kill(self) -> None:
        self.web.kill()

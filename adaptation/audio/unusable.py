"""The one error with which a recording is refused."""


class UnusableAudio(Exception):
    """A recording that cannot be analysed, with a reason to show to whoever offered it.

    Attributes:
        reason: what is wrong with the file and what to do about it, as plain sentences.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

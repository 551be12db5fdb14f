"""The one error of this room."""


class PagingError(Exception):
    """A phone was not reached; `sentence` says why and never names the address itself.

    `permanent`: asking again will not help. `maybe_heard`: it may have rung all the same, so
    the next try says that it is a repeat.
    """

    def __init__(
        self, sentence: str, *, permanent: bool = False, maybe_heard: bool = False
    ) -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.permanent = permanent
        self.maybe_heard = maybe_heard

"""Why Slack's client does not let a person do something; nothing reaches the app then."""


class NotPossibleError(Exception):
    """The client refuses before anything is sent."""

    def __init__(self, code: str, detail: object = None) -> None:
        super().__init__(f"{code}: {detail}" if detail else code)
        self.code = code
        self.detail = detail

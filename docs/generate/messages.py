"""Generated pages: messages."""


def pages() -> dict[str, str]:
    """The pages by path."""
    return {}

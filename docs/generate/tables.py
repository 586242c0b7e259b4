"""Generated pages: tables."""


def pages() -> dict[str, str]:
    """The pages by path."""
    return {}

"""Generated pages: names."""


def pages() -> dict[str, str]:
    """The pages by path."""
    return {}

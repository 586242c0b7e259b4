"""Generated pages: reference."""


def pages() -> dict[str, str]:
    """The pages by path."""
    return {}

"""``make lint``."""


def run() -> list[str]:
    """Return the names of the checks that failed."""
    return []

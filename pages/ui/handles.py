"""How many files and connections this process may have open at once."""

import sys

_ENOUGH = 65_536
_NO_LIMIT = -1


def allow_many() -> int:
    """As many as the system lets it have; how many that are (0: nobody counts, as on Windows).

    Every open page holds four, and a system that nobody has told otherwise allows 1,024 until it is asked for more.
    """
    if sys.platform == "win32":
        return 0
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _ENOUGH if hard == _NO_LIMIT else min(hard, _ENOUGH)
    if soft in range(wanted):
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
        return wanted
    return soft

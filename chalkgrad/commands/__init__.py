"""The commands, one module each. Which question does this file answer? How does a command say that it cannot go on?"""


class CommandError(Exception):
    """Something that the user can change: `main` prints it as one line, without a traceback, and exits with code 2."""

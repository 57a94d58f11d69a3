"""The errors a person sees: one sentence that says what is wrong and what to do."""


class IsoglotError(Exception):
    """The work failed; the command line ends with exit code 1."""

    exit_code = 1


class RequestError(IsoglotError):
    """The request was wrong (a name, a value, a missing file); exit code 2."""

    exit_code = 2

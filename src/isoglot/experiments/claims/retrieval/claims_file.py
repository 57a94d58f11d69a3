"""Reading claims from a text file, one a line."""

from pathlib import Path

from isoglot.errors import RequestError


def read_claim_lines(path: Path) -> list[tuple[int, str]]:
    """The claims of a UTF-8 text file with the number of their lines, counted from 1; empty lines are none.

    Raises:
        RequestError: no such file, it is not text, or it holds no claim.
    """
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError as problem:
        raise RequestError(f"{path} does not exist; check the path of the claims.") from problem
    except UnicodeDecodeError as problem:
        raise RequestError(f"{path} is no UTF-8 text ({problem.reason}); write one claim a line.") from problem
    except OSError as problem:
        raise RequestError(f"{path} cannot be read ({problem.strerror}); give a text file of claims.") from problem
    if "\0" in text:
        raise RequestError(f"{path} is no text file, it holds zero bytes; write one claim a line.")
    claims = [(number, line.strip()) for number, line in enumerate(text.split("\n"), start=1) if line.strip()]
    if not claims:
        raise RequestError(f"{path} holds no claim; write one claim a line.")
    return claims

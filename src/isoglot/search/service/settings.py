"""How an index is served."""

from dataclasses import dataclass
from pathlib import Path

from isoglot.errors import RequestError

BODY_BYTES = 256 * 2**10  # a question of the greatest length, each character escaped, and filters
DOCUMENTS_BODY_BYTES = 16 * 2**20


@dataclass(frozen=True)
class ServiceSettings:
    """How an index is served.

    `token` is what callers must show; None for none. `rate` is how many calls a second one client may make, None for no
    limit. An answer that takes longer than `timeout` seconds is given up, and questions beyond `waiting` at a time are
    refused. `evaluation` is a folder with the model's scores. `loopback` tells that only this machine can connect.
    """

    folder: Path
    token: str | None = None
    rate: float | None = 50.0
    timeout: float = 10.0
    waiting: int = 256
    writable: bool = False
    evaluation: Path | None = None
    log_questions: bool = False
    loopback: bool = True

    def check(self) -> None:
        """Refuse to let the whole network write; raises RequestError."""
        if self.writable and not self.loopback and not self.token:
            raise RequestError("--writable beyond this machine needs a token; give one with --token-file.")

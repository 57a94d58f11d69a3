"""Structured logs: one JSON object a line on standard error, without what people asked."""

import json
import logging
import sys
import traceback
from datetime import UTC, datetime
from typing import Any

LOG = logging.getLogger("isoglot.service")


class JsonLines(logging.Formatter):
    """A record as one line of JSON; of an exception only its type and place, for its message may hold a question."""

    def format(self, record: logging.LogRecord) -> str:
        """The line of a record."""
        line = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "event": record.getMessage(),
            **getattr(record, "fields", {}),
        }
        if record.exc_info and record.exc_info[1]:
            line |= _exception(record.exc_info[1])
        return json.dumps(line, ensure_ascii=True, default=str)


def log(event: str, level: int = logging.INFO, problem: BaseException | None = None, **fields: Any) -> None:
    """Write an event with its fields."""
    LOG.log(level, event, extra={"fields": fields}, exc_info=problem)


def configure() -> None:
    """Send all logs of this process to standard error as lines of JSON."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonLines())
    handler.setLevel(logging.INFO)
    logging.getLogger().handlers[:] = [handler]
    logging.getLogger().setLevel(logging.WARNING)
    for name, level in {"isoglot.service": logging.INFO, "uvicorn": logging.INFO, "mcp": logging.ERROR}.items():
        logging.getLogger(name).setLevel(level)


def _exception(problem: BaseException) -> dict[str, Any]:
    frames = traceback.extract_tb(problem.__traceback__)
    return {"exception": type(problem).__name__, "at": [f"{frame.filename}:{frame.lineno}" for frame in frames[-5:]]}

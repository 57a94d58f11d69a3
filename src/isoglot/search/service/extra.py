"""The libraries that only the service needs."""

from importlib.util import find_spec

from isoglot.errors import missing_extra

LIBRARIES = ("fastapi", "mcp", "prometheus_client", "uvicorn")


def check_extra() -> None:
    """Refuse before any work if a library of the service is not installed; raises RequestError."""
    if not all(map(find_spec, LIBRARIES)):
        raise missing_extra("The service", "serve")

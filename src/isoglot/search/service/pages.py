"""What a browser gets: the search page and the list of the API."""

from pathlib import Path

from fastapi import FastAPI
from starlette.responses import FileResponse, HTMLResponse, Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from isoglot.search.service.documentation import STYLE, documentation

PAGE = Path(__file__).parent / "page"


def add_pages(app: FastAPI) -> None:
    """Give an app its pages; browsers ask each time whether a file is still the same."""

    @app.get("/", include_in_schema=False)
    async def page() -> Response:
        return FileResponse(PAGE / "index.html", headers={"Cache-Control": "no-cache"})

    @app.get("/docs", include_in_schema=False)
    async def docs() -> Response:
        return HTMLResponse(documentation(app.openapi()))

    @app.get("/docs.css", include_in_schema=False)
    async def style() -> Response:
        return Response(STYLE, media_type="text/css")

    app.router.routes.append(Mount("/page", StaticFiles(directory=PAGE), name="page"))

"""The routes that write; they exist only where the service was started with --writable."""

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeVar

from fastapi import APIRouter, Depends, Path
from pydantic import BaseModel, ConfigDict, Field

from isoglot.errors import RequestError
from isoglot.search.documents import Document
from isoglot.search.documents.document import LONGEST_ID
from isoglot.search.service.bodies import body_of, described
from isoglot.search.service.contract import Changes
from isoglot.search.service.guards.bodies import DOCUMENTS
from isoglot.search.service.live import LiveIndex
from isoglot.search.service.refusal import Refusal, busy, documented

MOST_DOCUMENTS = 1_000
RETRY_SECONDS = 5
Result = TypeVar("Result")


class NewDocuments(BaseModel):
    """Documents to add; one with the id of another that was added so replaces it."""

    model_config = ConfigDict(extra="forbid")

    documents: Annotated[tuple[Document, ...], Field(min_length=1, max_length=MOST_DOCUMENTS)]


class Added(BaseModel):
    """What became of the documents."""

    added: int
    replaced: int
    unchanged: int
    skipped: Annotated[int, Field(description="with the id of an earlier one in the request")]
    version: Annotated[int, Field(description="of the index that answers now")]


class Deleted(BaseModel):
    """The document is gone."""

    document_id: str
    version: Annotated[int, Field(description="of the index that answers now")]


def writing(index: LiveIndex, changes: Changes) -> APIRouter:
    """The routes."""
    router = APIRouter(prefix=DOCUMENTS, tags=["documents"])
    one_at_a_time = asyncio.Lock()

    async def changed(work: Callable[[], Result]) -> Result:
        """Write, and answer from what was written; Refusal where that cannot be opened, such as on a full disk."""
        if one_at_a_time.locked():
            raise busy("Another change is being written; try again in a moment.")
        async with one_at_a_time:
            result = await asyncio.to_thread(work)
            await index.refresh()
            if index.failure:
                old = index.current.description.version
                raise busy(f"The change is written, but version {old} still answers: {index.failure}", RETRY_SECONDS)
            return result

    @router.post(
        "", responses=documented(408, 413, 422), openapi_extra=described(NewDocuments), summary="Add or replace"
    )
    async def add(new: Annotated[NewDocuments, Depends(body_of(NewDocuments))]) -> Added:
        summary = await changed(lambda: changes.add(new.documents))
        told = summary.changes
        return Added(
            added=told.added,
            replaced=len(told.replaced),
            unchanged=told.unchanged,
            skipped=told.skipped_count,
            version=index.current.description.version,
        )

    @router.delete("/{document_id:path}", responses=documented(404, 422), summary="Delete")
    async def delete(document_id: Annotated[str, Path(min_length=1, max_length=LONGEST_ID)]) -> Deleted:
        try:
            await changed(lambda: changes.delete(document_id))
        except RequestError as problem:
            raise Refusal(404, str(problem)) from problem
        return Deleted(document_id=document_id, version=index.current.description.version)

    return router

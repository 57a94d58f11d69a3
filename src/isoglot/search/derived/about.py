"""What a derived index says about itself, in the file that is written last."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field

from isoglot.search.response import Scan
from isoglot.search.store.schema import FORMAT, Settings

ABOUT_FILE = "about.json"


class BlockAbout(BaseModel):
    """The passages of one language, rows next to each other in all arrays."""

    model_config = ConfigDict(frozen=True)

    language: str
    passages: int
    scan: Scan = "exact"
    scored: Annotated[int, Field(description="quantised vectors that are scored exactly; 0 for an exact scan")] = 0
    recall: Annotated[float, Field(description="of the 10 nearest, against an exact scan")] = 1.0


class About(BaseModel):
    """What was derived, from which version of the store."""

    model_config = ConfigDict(frozen=True)

    format: int = FORMAT
    version: Annotated[int, Field(description="of the store")]
    settings: Settings
    documents: int
    blocks: Annotated[tuple[BlockAbout, ...], Field(description="one a language, in the order of the rows")]
    recall: Annotated[float, Field(description="of the 10 nearest in the pool, against an exact scan")] = 1.0
    recall_questions: Annotated[int, Field(description="passages that served as questions")] = 0

    @property
    def passages(self) -> int:
        """In all languages."""
        return sum(block.passages for block in self.blocks)

"""What an index says about itself."""

from isoglot.search.derived import Derived
from isoglot.search.response import IndexDescription, LanguageScan


def describe(derived: Derived) -> IndexDescription:
    """What an index holds, how it is searched, and how well a quantised search finds what an exact one would."""
    about = derived.about
    languages = [
        LanguageScan(language=block.language, passages=block.passages, scan=block.scan, recall=block.recall)
        for block in sorted(about.blocks, key=lambda block: (-block.passages, block.language))
    ]
    return IndexDescription(
        model=about.settings.model,
        version=about.version,
        documents=about.documents,
        passages=about.passages,
        dimensions=about.settings.dimensions,
        languages=tuple(languages),
        sources=derived.facets.sources,
        columns=derived.facets.most_frequent(),
        recall=about.recall,
        recall_questions=about.recall_questions,
        vector_bytes=derived.vector_bytes,
    )

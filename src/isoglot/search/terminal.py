"""An answer as a page for the terminal."""

from collections.abc import Iterator

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from isoglot.data.languages import language_name
from isoglot.search.response import Hit, LanguageShare, SearchResponse, Trade

MARK = "bold yellow"
BAR = 24


def answer_page(response: SearchResponse) -> RenderableType:
    """Hits with the question's words marked, then how their languages compare with the pool's, and what that costs."""
    hits = [part for hit in response.hits for part in _hit(hit)]
    return Group(*(hits or [Text("Nothing was found.\n")]), _languages(response.languages), *_end(response))


def _hit(hit: Hit) -> Iterator[RenderableType]:
    place = " · ".join(part for part in (hit.title, hit.source) if part)
    yield Text.assemble(
        (f"{hit.rank:>2}. ", "bold"), (f"{hit.score:.3f}  ", "dim"), (f" {hit.language} ", "reverse"), f"  {place}"
    )
    text = Text(hit.text)
    for span in hit.highlights:
        text.stylize(MARK, span.start, span.end)
    lines = (line for line in text.split("\n") if line.plain.strip())
    yield Padding(Text("\n").join(lines), (0, 0, 0, 4), expand=False)
    yield Text()


def _languages(shares: tuple[LanguageShare, ...]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("language", "hits", "of hits", "of pool"):
        table.add_column(heading, justify="left" if heading == "language" else "right")
    table.add_column("hits ━ pool │")
    for share in shares:
        table.add_row(
            f"{language_name(share.language)} ({share.language})",
            str(share.hits),
            f"{share.hit_share:.0%}",
            f"{share.pool_share:.0%}",
            bar(share.hit_share, share.pool_share),
            style="" if share.hits else "dim",
        )
    return table


def bar(hits: float, pool: float) -> str:
    """A bar of a language's share of the hits, with a stroke at its share of the pool.

    >>> bar(0.5, 0.25), bar(0.125, 0.5)
    ('━━━━━━│━━━━━', '━━━         │')
    """
    cells = ["━"] * round(BAR * hits)
    cells += [" "] * (round(BAR * pool) + 1 - len(cells))
    cells[round(BAR * pool)] = "│"
    return "".join(cells)


def _end(response: SearchResponse) -> Iterator[Text]:
    if response.trade is not None:
        yield Text(f"\n{trade_sentence(response.trade, len(response.hits))}")
    question = language_name(response.query_language) if response.query_language != "und" else "an unknown language"
    yield Text(f"\nQuestion in {question}; {response.mode}, {response.balance}; {response.milliseconds:.0f} ms.", "dim")


def trade_sentence(trade: Trade, hits: int) -> str:
    """What a balance between languages costs, in words.

    >>> trade_sentence(Trade(mean_score=0.42, mean_score_as_scored=0.46, shared_hits=7), 10)
    '7 of the 10 hits are those of the scores alone; mean score 0.420 against 0.460.'
    """
    return (
        f"{trade.shared_hits} of the {hits} hits are those of the scores alone; "
        f"mean score {trade.mean_score:.3f} against {trade.mean_score_as_scored:.3f}."
    )

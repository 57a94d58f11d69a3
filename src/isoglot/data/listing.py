"""The catalogue on the terminal: a line for each collection, but one for a whole family, whose members fill a page."""

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from isoglot.data.entries import ALIASES, FAMILIES, GROUPS, SOURCES, Source
from isoglot.errors import unknown

FOOTER = (
    "\nPATH is a local copy. 'isoglot data download NAME' fetches one from a public source; NAME then stands alone. "
    "A .jsonl file (parallel-qa) and a folder that isoglot wrote can be given by their path alone."
)


def catalogue_page(family: str | None = None) -> RenderableType:
    """All families, or the members of one.

    Raises:
        RequestError: no such family.
    """
    if family is None:
        return Group(_overview(), Text(FOOTER))
    members = {name: source for name, source in SOURCES.items() if _family(name) == family}
    if not members:
        raise unknown("family of collections", family, dict.fromkeys(map(_family, SOURCES)))
    return Group(_table(members), *_groups(family), *_aliases(family))


def _overview() -> Table:
    page = Table.grid(padding=(0, 2))
    page.add_column(style="bold", no_wrap=True)
    page.add_column()
    for family in dict.fromkeys(map(_family, SOURCES)):
        if family in FAMILIES:
            listed = f"'isoglot data list {family}' lists them"
            page.add_row(f"{family}/…=PATH", f"{escape(FAMILIES[family])}; {listed}")
            for group in _groups(family):
                page.add_row("", group)
        else:
            for name, source in SOURCES.items():
                if _family(name) == family:
                    page.add_row(*_row(name, source))
    return page


def _family(name: str) -> str:
    return name.partition("/")[0]


def _row(name: str, source: Source) -> tuple[str, str]:
    needs = f"; PATH is {source.needs}" if source.needs else ""
    return name + (
        "=PATH" if source.needs else ""
    ), f"{escape(source.description + needs)} [dim]({source.licence})[/dim]"


def _table(members: dict[str, Source]) -> Table:
    table = Table("name", "what it is", "licence", "download", box=None, pad_edge=False)
    for name, source in members.items():
        table.add_row(Text(name, "bold"), Text(source.description), source.licence, "yes" if source.public else "no")
    return table


def _groups(family: str) -> list[Text]:
    return [
        Text(f"group {group}: {', '.join(name.removeprefix(f'{family}/') for name in names)}")
        for group, names in GROUPS.items()
        if _family(group) == family
    ]


def _aliases(family: str) -> list[Text]:
    return [Text(f"{alias} is {name}") for alias, name in ALIASES.items() if _family(alias) == family]

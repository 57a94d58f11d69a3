"""A table before it is a web page, Markdown or LaTeX."""

from dataclasses import dataclass

# What LaTeX takes for a command; "[" and "*" are ones after the end of a row.
LATEX = str.maketrans(
    {mark: f"\\{mark}" for mark in "&%$#_{}"}
    | {mark: f"{{{mark}}}" for mark in "[*"}
    | {"\\": r"\textbackslash{}", "~": r"\~{}", "^": r"\^{}", "|": r"\textbar{}", "<": "$<$", ">": "$>$"}
    | {"−": "$-$", "–": "--", "→": r"$\to$", "↑": r"$\uparrow$", "↓": r"$\downarrow$", "×": r"$\times$"}
    | {"α": r"$\alpha$", "≥": r"$\ge$", "≤": r"$\le$"}
)


@dataclass(frozen=True)
class Value:
    """One entry of a table.

    Args:
        text: what it says first.
        details: shorter lines below, such as an interval.
        best: whether it stands out.
        verdict: "better", "worse" or "", for its colour; the text says it too.
    """

    text: str
    details: tuple[str, ...] = ()
    best: bool = False
    verdict: str = ""

    @property
    def line(self) -> str:
        """All of it on one line."""
        return f"{self.text} ({'; '.join(self.details)})" if self.details else self.text


@dataclass(frozen=True)
class Table:
    """Rows of values below a header; the first column names the row.

    Args:
        name: of its files and its place on the page.
        title: what it shows.
        columns: the header.
        rows: as long as the header each.
        note: how to read it.
    """

    name: str
    title: str
    columns: list[str]
    rows: list[list[Value]]
    note: str = ""


def markdown(table: Table) -> str:
    r"""The table in GitHub's Markdown.

    >>> print(markdown(Table("t", "Scores", ["system", "AP"], [[Value("a|b"), Value(".5", (".4–.6",), best=True)]])))
    **Scores**
    <BLANKLINE>
    | system | AP |
    |---|---|
    | a\|b | **.5** (.4–.6) |
    <BLANKLINE>
    """
    rows = [" | ".join(_markdown(value) for value in row) for row in table.rows]
    header = " | ".join(map(_escaped_markdown, table.columns))
    note = f"\n{table.note}\n" if table.note else ""
    lines = [f"| {header} |", f"|{'---|' * len(table.columns)}", *(f"| {row} |" for row in rows)]
    return f"**{table.title}**\n\n" + "\n".join(lines) + f"\n{note}"


def latex(table: Table) -> str:
    r"""The table for LaTeX with booktabs.

    >>> print(latex(Table("t", "Scores", ["system", "AP"], [[Value("a & b"), Value("−.5", best=True)]], "50 %")))
    \begin{table}
    \centering
    \caption{Scores. 50 \%}
    \label{tab:t}
    \begin{tabular}{lr}
    \toprule
    system & AP \\
    \midrule
    a \& b & \textbf{$-$.5} \\
    \bottomrule
    \end{tabular}
    \end{table}
    <BLANKLINE>
    """
    caption = _escaped_latex(f"{table.title}. {table.note}".strip())
    rows = [" & ".join(_latex(value) for value in row) + r" \\" for row in table.rows]
    header = " & ".join(map(_escaped_latex, table.columns)) + r" \\"
    lines = [
        r"\begin{table}", r"\centering", rf"\caption{{{caption}}}", rf"\label{{tab:{table.name}}}",
        rf"\begin{{tabular}}{{l{'r' * (len(table.columns) - 1)}}}", r"\toprule", header, r"\midrule", *rows,
        r"\bottomrule", r"\end{tabular}", r"\end{table}",
    ]  # fmt: skip
    return "\n".join(lines) + "\n"


def _markdown(value: Value) -> str:
    text = _escaped_markdown(value.text)
    first = f"**{text}**" if value.best and text else text
    return f"{first} ({_escaped_markdown('; '.join(value.details))})" if value.details else first


def _latex(value: Value) -> str:
    first = rf"\textbf{{{_escaped_latex(value.text)}}}" if value.best else _escaped_latex(value.text)
    return rf"{first} {{\scriptsize {_escaped_latex('; '.join(value.details))}}}" if value.details else first


def _escaped_markdown(text: str) -> str:
    return text.replace("|", r"\|").replace("\n", " ")


def _escaped_latex(text: str) -> str:
    return " ".join(text.split()).translate(LATEX)

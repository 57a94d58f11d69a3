"""What trainings score on dev topics of their own data: what recipes and checkpoints may be chosen by."""

from hashlib import sha256
from typing import Any

from isoglot.experiments.reports.content import Content
from isoglot.experiments.reports.numbers import number
from isoglot.experiments.reports.table import Table, Value

SCORE, OF_COLLECTION = "eval_score", "eval_score_"
SETTINGS = {
    "eval_AP_monolingual": "monolingual",
    "eval_AP_cross-lingual": "cross-lingual",
    "eval_AP_multilingual": "pool",
}


def dev_table(content: Content) -> Table:
    """A row for each finished training with dev topics: its best checkpoint's mAP, by setting and by collection."""
    found = [
        (cell, record, entry)
        for cell in content.cells
        if (record := content.records.get(cell.key)) and (entry := best_entry(record))
    ]
    collections = list(dict.fromkeys(key for *_, entry in found for key in entry if key.startswith(OF_COLLECTION)))
    keys = [SCORE, *SETTINGS, *collections]
    best = max((entry[SCORE] for *_, entry in found), default=None)
    rows = [
        [
            Value(cell.system),
            Value(str(cell.recipe.seed)),
            Value(dev_topics(record)),
            Value(f"{record['best_step']:,}"),
            *(Value(number("AP", entry.get(key)), best=key == SCORE and entry[key] == best) for key in keys),
        ]
        for cell, record, entry in found
    ]
    note = (
        "mAP on topics that were held back from the training data, in all their languages: the mean over the settings "
        "of each collection, then over collections; it chooses checkpoints, and should choose recipes. "
        "Only scores on the same dev topics (number and hash) can be compared."
    )
    titles = ["dev score", *SETTINGS.values(), *(key.removeprefix(OF_COLLECTION) for key in collections)]
    columns = ["system", "seed", "dev topics", "best step", *titles]
    return Table("dev-scores", "Dev scores", columns, rows, note)


def best_entry(record: dict[str, Any]) -> dict[str, Any] | None:
    """The entry of a training's log that its checkpoint was chosen by; None without dev topics."""
    own = (entry for entry in record["log"] if SCORE in entry and entry["step"] == record["best_step"])
    return next(own, None)


def dev_topics(record: dict[str, Any]) -> str:
    """How many dev topics there are, and a hash that tells them from others.

    >>> dev_topics({"dev": [{"topics": 50, "content_hash": "a"}, {"topics": 48, "content_hash": "b"}]})
    '98 (fb8e20)'
    """
    together = sha256("".join(each["content_hash"] for each in record["dev"]).encode()).hexdigest()[:6]
    return f"{sum(each['topics'] for each in record['dev'])} ({together})"

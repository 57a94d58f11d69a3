"""The model card: chosen without a look at the scores, and read back by the hub's own library."""

from dataclasses import replace

from huggingface_hub import ModelCard

from isoglot.experiments.reports.card import best_hybrid, card_of, with_results
from isoglot.experiments.reports.content import Content

SCORES = {
    "content_hash": "f" * 64,
    "settings": {"monolingual": {"AP": 0.51239, "nDCG@10": 0.6, "R@10": 0.7, "RR": 0.1}, "cross-lingual": {}},
    "bias": {"RD": 12.34},
    "languages": {"en": {}, "de": {}},
}


def test_card_is_read_by_the_hub_with_the_scores_of_that_very_seed(content: Content) -> None:
    cell = best_hybrid(content)
    assert cell is not None
    card = ModelCard(card_of(content, cell))
    scores = content.scores["worldfacts/held-out", cell.system][cell.recipe.seed]
    found = {each.metric_name: each.metric_value for each in card.data.eval_results}
    assert found["AP, multilingual"] == round(scores["settings"]["multilingual"]["AP"], 4)
    assert found["rank distance"] == round(scores["bias"]["RD"], 1)
    assert card.data.library_name == "sentence-transformers"
    assert card.data.language == ["de", "en", "es", "th"]
    assert "# isoglot/static trained with hybrid batches" in card.text


def test_dev_score_chooses_the_model(content: Content) -> None:
    keys = [cell.key for cell in content.cells if cell.recipe.strategy == "hybrid"]
    other = {key: {**record, "dev_score": 0.9 if key == keys[-1] else 0.1} for key, record in content.records.items()}
    chosen = best_hybrid(replace(content, records=other))
    assert chosen is not None
    assert chosen.key == keys[-1]


def test_without_dev_scores_it_is_the_first_seed_of_the_main_hybrid(content: Content) -> None:
    records = {key: {**record, "dev_score": None} for key, record in content.records.items()}
    chosen = best_hybrid(replace(content, records=records, cells=content.cells[::-1]))
    assert chosen is not None
    assert (chosen.system, chosen.recipe.seed) == ("hybrid", 1)
    assert best_hybrid(replace(content, records={})) is None


def test_card_without_front_matter_gets_one() -> None:
    card = ModelCard(with_results("# A model\n", {"beir/x": SCORES}, "m"))
    assert [each.metric_name for each in card.data.eval_results] == [
        "AP, monolingual", "nDCG@10, monolingual", "R@10, monolingual", "rank distance",
    ]  # fmt: skip
    assert "| beir/x | monolingual | 0.512 | 0.600 | 0.700 |" in card.text

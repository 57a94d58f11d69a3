"""Distillation against sums written by hand and sentence-transformers' losses, and what a teacher reads."""

from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from sentence_transformers.sentence_transformer.losses import DistillKLDivLoss
from torch import Tensor
from torch.nn.functional import mse_loss, normalize

from isoglot.data import Collection
from isoglot.errors import RequestError
from isoglot.models.load import load_model
from isoglot.models.store import EmbeddingStore
from isoglot.training.loss import Labels, Objective
from isoglot.training.loss.distillation import score_distillation, vector_distillation
from isoglot.training.reading.rows import RowsByRole
from isoglot.training.teacher import Teacher
from toys import StubEncoder


def random_scores(seed: int, size: int, candidates: int) -> tuple[Tensor, Tensor, Tensor]:
    """Cosines of student and teacher, some unknown to it, and a mask; some queries may be left with nothing."""
    generator = torch.Generator().manual_seed(seed)
    student, teacher = (2 * torch.rand(size, candidates, generator=generator).double() - 1 for _ in range(2))
    teacher[torch.rand(size, generator=generator) < 0.2] = torch.nan
    teacher[:, torch.rand(candidates, generator=generator) < 0.3] = torch.nan
    return student, teacher, torch.rand(size, candidates, generator=generator) < 0.3


def divergence_by_hand(student: Tensor, teacher: Tensor, excluded: Tensor, temperature: float) -> float:
    total = 0.0
    for ours, theirs, left_out in zip(student.tolist(), teacher.tolist(), excluded.tolist(), strict=True):
        kept = [n for n, gone in enumerate(left_out) if not gone and not np.isnan(theirs[n])]
        p, q = (np.exp(np.array([scores[n] for n in kept]) / temperature) for scores in (theirs, ours))
        p, q = p / p.sum(), q / q.sum()
        total += float(sum(a * np.log(a / b) for a, b in zip(p, q, strict=True)))
    return total / len(student)


@given(seed=st.integers(0, 10**6), size=st.integers(1, 5), candidates=st.integers(1, 9), tau=st.floats(0.05, 2.0))
@settings(max_examples=80, deadline=None)
def test_score_distillation_equals_the_sum_written_by_hand(seed: int, size: int, candidates: int, tau: float) -> None:
    student, teacher, excluded = random_scores(seed, size, candidates)
    student.requires_grad_()
    loss = score_distillation(student, teacher, excluded, tau)
    loss.backward()
    assert loss.item() == pytest.approx(divergence_by_hand(student, teacher, excluded, tau), rel=1e-6, abs=1e-9)
    assert student.grad.isfinite().all()
    assert not student.grad[excluded | teacher.isnan()].any()


def test_the_divergence_is_from_the_teacher_to_the_student() -> None:
    """Teacher (3/4, 1/4), student (1/2, 1/2): 3/4 log 3/2 + 1/4 log 1/2; the other way it would be log(2 / sqrt(3))."""
    teacher = torch.tensor([[3.0, 1.0]]).log()
    found = score_distillation(torch.zeros(1, 2), teacher, torch.zeros(1, 2, dtype=torch.bool), 1.0)
    assert found.item() == pytest.approx(0.75 * np.log(1.5) + 0.25 * np.log(0.5), rel=1e-5)


@pytest.mark.parametrize("temperature", [0.05, 0.4, 1.0])
def test_score_distillation_equals_sentence_transformers(temperature: float) -> None:
    """Theirs takes a query and its own candidates, and multiplies by the squared temperature."""
    generator = torch.Generator().manual_seed(3)
    columns = [normalize(torch.randn(4, 6, generator=generator).double(), dim=1) for _ in range(4)]
    teacher = torch.rand(4, 3, generator=generator).double()
    cosines = torch.stack([(columns[0] * other).sum(1) for other in columns[1:]], dim=1)
    reference = DistillKLDivLoss(model=torch.nn.Identity(), temperature=temperature)
    expected = reference.compute_loss_from_embeddings(columns, teacher) / temperature**2
    found = score_distillation(cosines, teacher, torch.zeros(4, 3, dtype=torch.bool), temperature)
    assert found.item() == pytest.approx(expected.item(), rel=1e-6)


def test_a_student_like_its_teacher_has_nothing_to_learn() -> None:
    _, teacher, excluded = random_scores(8, 4, 6)
    student = teacher.nan_to_num().requires_grad_()
    score_distillation(student, teacher, excluded, 0.1).backward()
    assert student.grad.abs().max() < 1e-12


def test_vector_distillation_is_half_the_squared_error_at_length_one() -> None:
    generator = torch.Generator().manual_seed(1)
    student, teacher = (3 * torch.randn(5, 4, generator=generator).double() for _ in range(2))
    expected = mse_loss(normalize(student, dim=1), normalize(teacher, dim=1)) * 4 / 2
    assert vector_distillation(student, teacher).item() == pytest.approx(expected.item(), rel=1e-9)


def test_texts_without_a_teacher_vector_add_nothing_and_move_nothing() -> None:
    student = torch.tensor([[1.0, 0.0], [0.6, 0.8], [5.0, 1.0]], requires_grad=True)
    teacher = torch.tensor([[0.0, 2.0], [1.0, 0.0], [torch.nan, torch.nan]])
    loss = vector_distillation(student, teacher)
    loss.backward()
    assert loss.item() == pytest.approx((1 + 0.4) / 3)
    assert student.grad.isfinite().all()
    assert student.grad.any(dim=1).tolist() == [True, True, False]


def test_a_teacher_of_other_dimensions_is_refused_in_one_sentence() -> None:
    for attempt in (
        lambda: vector_distillation(torch.ones(2, 384), torch.ones(2, 768)),
        lambda: Objective(0.1, distill="vectors").check(384, 768),
    ):
        with pytest.raises(RequestError, match="have 768 dimensions and those of the model 384"):
            attempt()
    Objective(0.1, distill="scores").check(384, 768)


def test_the_objective_is_info_nce_and_the_weighed_distillation() -> None:
    generator = torch.Generator().manual_seed(2)
    vectors = [torch.randn(rows, 5, generator=generator).double() for rows in (3, 3, 6)]
    taught = [torch.randn(rows, 8, generator=generator).double() for rows in (3, 3, 6)]
    taught[2][4] = torch.nan
    excluded = torch.zeros(3, 9, dtype=torch.bool)
    excluded[0, 5] = True
    plain = Objective(0.2)(vectors, Labels(excluded))
    ours, theirs = (normalize(q, dim=1) @ normalize(torch.cat(p), dim=1).T for q, *p in (vectors, taught))
    with_scores = Objective(0.2, distill_weight=0.3)(vectors, Labels(excluded, teacher=taught))
    expected = plain.item() + 0.3 * divergence_by_hand(ours, theirs, excluded, 0.2)
    assert with_scores.item() == pytest.approx(expected, rel=1e-6)
    near = [rows[:, :5] for rows in taught]
    with_vectors = Objective(0.2, distill="vectors", distill_weight=0.3)(vectors, Labels(excluded, teacher=near))
    apart = vector_distillation(torch.cat(vectors), torch.cat(near))
    assert with_vectors.item() == pytest.approx(plain.item() + 0.3 * apart.item(), rel=1e-9)


def test_each_cut_of_the_vectors_learns_the_scores_of_the_whole_teacher() -> None:
    generator = torch.Generator().manual_seed(7)
    vectors, taught = ([torch.randn(3, size, generator=generator).double() for _ in range(2)] for size in (6, 8))
    labels = Labels(torch.zeros(3, 3, dtype=torch.bool), teacher=taught)
    each = [Objective(0.2, distill_weight=2.0)([rows[:, :size] for rows in vectors], labels) for size in (2, 6)]
    found = Objective(0.2, distill_weight=2.0, dimensions=[2])(vectors, labels)
    assert found.item() == pytest.approx(torch.stack(each).mean().item(), rel=1e-9)


def a_query(topic: str, language: str, text: str) -> dict[str, str]:
    return {"query_id": text, "topic_id": topic, "language": language, "text": text}


def a_passage(group: str | None, language: str, text: str) -> dict[str, str | None]:
    return {"passage_id": text, "parallel_id": group, "language": language, "text": text}


@pytest.fixture
def versions() -> Collection:
    """Two English wordings of one topic, a topic without English; passages without an English version."""
    return Collection.from_rows(
        "versions",
        queries=[
            a_query("t1", "de", "Frage"),
            a_query("t1", "en", "question"),
            a_query("t1", "en", "asked otherwise"),
            a_query("t2", "de", "nur deutsch"),
        ],
        passages=[
            a_passage("g1", "de", "Antwort"),
            a_passage(None, "en", "alone"),
            a_passage("g1", "en", "answer"),
            a_passage("g2", "de", "ohne Fassung"),
            a_passage(None, "de", "allein"),
        ],
        qrels=[{"topic_id": "t1", "passage_id": "Antwort"}, {"topic_id": "t2", "passage_id": "allein"}],
    )


def all_rows(collection: Collection) -> RowsByRole:
    return {"query": np.arange(collection.queries.num_rows), "passage": np.arange(collection.passages.num_rows)}


def read_by(teacher: Teacher, role: str, rows: int) -> Tensor:
    return teacher.vectors(0, role, np.arange(rows))


def test_a_teacher_reads_the_english_version_of_each_text(versions: Collection) -> None:
    model = StubEncoder()
    teacher = Teacher(model, [versions], [all_rows(versions)], language="en")
    queries, passages = read_by(teacher, "query", 4), read_by(teacher, "passage", 5)
    expected = [StubEncoder.vector(f"Q {text}") for text in ("question", "question", "asked otherwise")]
    np.testing.assert_allclose(queries[:3], expected, atol=1e-6)
    assert queries[3].isnan().all()
    expected = [StubEncoder.vector(f"P {text}") for text in ("answer", "alone", "answer")]
    np.testing.assert_allclose(passages[:3], expected, atol=1e-6)
    assert passages[3:].isnan().all()
    assert sorted(model.texts) == ["P alone", "P answer", "Q asked otherwise", "Q question"]
    assert teacher.dimensions == 8


def test_a_teacher_without_a_language_reads_the_texts_themselves(versions: Collection) -> None:
    teacher = Teacher(StubEncoder(), [versions], [all_rows(versions)])
    texts = [f"P {text}" for text in versions.passage_texts]
    np.testing.assert_allclose(read_by(teacher, "passage", 5), [StubEncoder.vector(text) for text in texts], atol=1e-6)
    assert not read_by(teacher, "query", 4).isnan().any()


def test_a_teacher_encodes_only_what_batches_hold(versions: Collection) -> None:
    model = StubEncoder()
    teacher = Teacher(model, [versions], [{"query": np.array([2, 3]), "passage": np.array([0])}], language="en")
    assert sorted(model.texts) == ["P answer", "Q asked otherwise"]
    assert read_by(teacher, "query", 4).isnan().all(dim=1).tolist() == [True, True, False, True]
    assert read_by(teacher, "passage", 5).isnan().all(dim=1).tolist() == [False, True, True, True, True]


def test_a_text_that_is_missing_has_no_teacher_vector(versions: Collection) -> None:
    found = Teacher(StubEncoder(), [versions], [all_rows(versions)]).vectors(0, "passage", np.array([2, -1, 0]))
    assert found.isnan().all(dim=1).tolist() == [False, True, False]


def test_a_collection_without_the_language_has_no_teacher(versions: Collection) -> None:
    german, model = versions.select_languages(["de"]), StubEncoder()
    model.get_embedding_dimension = lambda: 8
    teacher = Teacher(model, [versions, german], [all_rows(versions), all_rows(german)], language="en")
    assert teacher.vectors(1, "query", np.arange(2)).isnan().all()
    with pytest.raises(RequestError, match="no teacher language 'eng'; did you mean 'en'"):
        Teacher(StubEncoder(), [versions], [all_rows(versions)], language="eng")


def test_a_second_teacher_finds_its_vectors_in_the_store(
    versions: Collection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    model, store = load_model("isoglot/static", texts=lambda: versions.texts), EmbeddingStore(tmp_path)
    first = Teacher(model, [versions], [all_rows(versions)], language="en", store=store)
    monkeypatch.setattr(model, "encode", lambda *_, **__: pytest.fail("encoded again"))
    second = Teacher(model, [versions], [all_rows(versions)], language="en", store=store)
    for role, rows in (("query", 4), ("passage", 5)):
        assert torch.equal(read_by(first, role, rows).nan_to_num(), read_by(second, role, rows).nan_to_num())

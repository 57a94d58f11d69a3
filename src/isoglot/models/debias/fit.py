"""Fitting a correction: `centre`, `lir` and `shift`, each role apart.

A language that was not fitted is treated as the average language: `centre` subtracts the mean of the languages' means,
`lir` removes the principal components of all languages' vectors together, and `shift` leaves it where it is, since its
offsets sum to zero.
"""

from collections.abc import Callable
from functools import partial

import numpy as np
from sentence_transformers import SentenceTransformer

from isoglot.data import Collection
from isoglot.errors import RequestError
from isoglot.models.debias.correction import Correction, Kind, RoleCorrection
from isoglot.models.debias.estimate import Floats, language_means, principal_components, translation_offsets
from isoglot.models.debias.sample import TEXTS, Sample, encode_samples
from isoglot.models.roles import Role
from isoglot.models.store import EmbeddingStore

# The fewest within .002 of the best pool mAP on dev topics of two training sets (`choose` in
# reproductions/training_free_corrections.py); the paper found 1 best for retrieval with its models.
COMPONENTS = 2


def fit_correction(  # noqa: PLR0913 - the options of `isoglot debias`
    model: SentenceTransformer,
    collection: Collection,
    kind: Kind,
    *,
    source: str = "",
    components: int | None = None,
    texts: int = TEXTS,
    store: EmbeddingStore | None = None,
    batch_size: int = 128,
    progress: bool = False,
) -> Correction:
    """Fit a correction to a model on a training collection.

    Args:
        model: the encoder.
        collection: its texts are encoded; `shift` needs translations among them.
        kind: "centre", "lir" or "shift".
        source: what opens the collection, so that an evaluation can compare it; empty where nothing does.
        components: how many principal components of each language `lir` removes, 2 unless given.
        texts: bound on the texts of a language and role that are encoded.
        store: gives the vectors it knows and takes the others.
        batch_size: texts encoded together.
        progress: show bars while encoding.

    Raises:
        RequestError: the collection is for evaluation only or has no translations, or the components are wrong.
    """
    check_request(collection, kind, components)
    samples = encode_samples(model, collection, texts=texts, store=store, batch_size=batch_size, progress=progress)
    return fit(kind, samples, collection, source=source, components=components)


def check_request(collection: Collection, kind: Kind, components: int | None) -> None:
    """Refuse what must not or cannot be fitted, before anything is loaded or encoded; see `fit_correction`."""
    if collection.evaluation_only:
        raise RequestError(f"{collection.name} is for evaluation only; fit the correction on another collection.")
    if components is not None and kind != "lir":
        raise RequestError(f"{kind} removes no components; leave {components} components out, or choose lir.")
    if components is not None and components < 1:
        raise RequestError(f"lir cannot remove {components} components; give 1 or more.")


def fit(
    kind: Kind,
    samples: dict[Role, Sample],
    collection: Collection,
    *,
    source: str = "",
    components: int | None = None,
) -> Correction:
    """Fit a correction to vectors.

    Args:
        kind: "centre", "lir" or "shift".
        samples: of both roles.
        collection: where the texts come from.
        source: what opens the collection; empty where nothing does.
        components: how many principal components of each language `lir` removes, 2 unless given.

    Raises:
        RequestError: as many components as dimensions, or no translations for `shift`.
    """
    of_role: dict[Kind, Callable[[Role, Sample], RoleCorrection]] = {
        "centre": _centre,
        "lir": partial(_lir, components=components or COMPONENTS),
        "shift": _shift,
    }
    query, passage = (of_role[kind](role, samples[role]) for role in ("query", "passage"))
    return Correction(kind, query, passage, collection.name, source, collection.content_hash)


def _centre(_: Role, sample: Sample) -> RoleCorrection:
    means = language_means(sample.vectors, sample.language, len(sample.languages))
    return _of(sample, means[:, None], means.mean(axis=0, keepdims=True))


def _lir(_: Role, sample: Sample, components: int) -> RoleCorrection:
    dimensions = sample.vectors.shape[1]
    if components >= dimensions:
        raise RequestError(
            f"removing {components} components leaves nothing of {dimensions} dimensions; give fewer components."
        )
    own = [
        principal_components(sample.vectors[sample.language == code], components)
        for code in range(len(sample.languages))
    ]
    return _of(sample, np.stack(own), principal_components(sample.vectors, components))


def _shift(role: Role, sample: Sample) -> RoleCorrection:
    sample = with_translations(sample)
    if not sample.languages:
        raise RequestError(f"no {role} has a translation, which shift needs; fit it on a parallel collection.")
    offsets = translation_offsets(sample.vectors, sample.language, sample.group, len(sample.languages))
    return _of(sample, offsets[:, None], np.zeros((1, offsets.shape[1])))


def with_translations(sample: Sample) -> Sample:
    """The sample without the texts that have no translation in it."""
    pairs = np.unique(np.stack([sample.group, sample.language]), axis=1)
    kept = np.bincount(pairs[0])[sample.group] > 1
    codes, language = np.unique(sample.language[kept], return_inverse=True)
    group = np.unique(sample.group[kept], return_inverse=True)[1]
    return Sample(sample.vectors[kept], language, group, tuple(sample.languages[code] for code in codes))


def _of(sample: Sample, removed: Floats, removed_elsewhere: Floats) -> RoleCorrection:
    texts = np.bincount(sample.language, minlength=len(sample.languages))
    stacked = np.concatenate([removed, removed_elsewhere[None]]).astype(np.float32)
    return RoleCorrection(sample.languages, tuple(texts.tolist()), stacked)

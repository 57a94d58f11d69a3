"""What a student learns from a teacher: its ranking of the candidates, or its vectors."""

import torch
from torch import Tensor
from torch.nn import functional

from isoglot.errors import RequestError


def score_distillation(student: Tensor, teacher: Tensor, excluded: Tensor, temperature: float) -> Tensor:
    """Mean over queries of `KL(softmax(teacher / temperature) || softmax(student / temperature))`.

    The distributions are over the candidates of a query that the teacher knows: distillation in the batch with a
    bi-encoder as teacher (Lin et al. 2020, arXiv 2010.11386). It is not multiplied by the squared temperature, so that
    its gradient weighs as much as InfoNCE's at every temperature. A query that the teacher does not know adds 0 to the
    sum, and so the gradient of a text does not depend on how many others in the batch the teacher knows.

    Args:
        student: cosines [B, N].
        teacher: cosines [B, N], NaN where the teacher does not know the query or the candidate.
        excluded: bool [B, N], candidates that are left out.
        temperature: divides the cosines, > 0.

    >>> known, none = torch.tensor([[0.9, 0.1]]), torch.zeros(1, 2, dtype=torch.bool)
    >>> float(score_distillation(known, known, none, temperature=0.05))
    0.0
    """
    left_out = excluded | teacher.isnan()
    lowest = torch.finfo(student.dtype).min  # minus infinity would make NaN of a query without any candidate
    of_student, of_teacher = (
        functional.log_softmax((scores.to(student.dtype) / temperature).masked_fill(left_out, lowest), dim=1)
        for scores in (student, teacher)
    )
    return functional.kl_div(of_student, of_teacher, reduction="batchmean", log_target=True)


def vector_distillation(student: Tensor, teacher: Tensor) -> Tensor:
    """Mean over texts of `1 - cos(student, teacher)`.

    That is half the squared error between the two vectors at length 1: the loss of Reimers and Gurevych (2020, arXiv
    2004.09813) for models that are compared by cosine, the same whatever the number of dimensions. A text without a
    teacher vector adds 0 to the sum.

    Args:
        student: [T, d].
        teacher: [T, d], rows of NaN where there is none.

    Raises:
        RequestError: student and teacher differ in dimensions.

    >>> float(vector_distillation(torch.eye(2), torch.tensor([[3.0, 0.0], [torch.nan, torch.nan]])))
    0.0
    """
    check_same_dimensions(student.shape[1], teacher.shape[1])
    known = ~teacher.isnan().any(dim=1)
    apart = 1 - functional.cosine_similarity(student, teacher.nan_to_num(), dim=1)
    return (apart * known).mean()


def check_same_dimensions(student: int, teacher: int) -> None:
    """Refuse to learn the vectors of a teacher that has other dimensions; raises RequestError."""
    if student != teacher:
        raise RequestError(
            f"the vectors of the teacher have {teacher} dimensions and those of the model {student}; learn its scores "
            "instead (--distill scores), or choose another teacher."
        )

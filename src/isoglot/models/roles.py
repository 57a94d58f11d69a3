"""Roles: a text is encoded as a query or as a passage, each with its own prompt."""

from typing import Literal, get_args

from sentence_transformers import SentenceTransformer

Role = Literal["query", "passage"]
ROLES: tuple[Role, ...] = get_args(Role)

# sentence-transformers calls passages documents; older models saved their prompt as "passage".
PROMPT_NAMES: dict[Role, tuple[str, ...]] = {"query": ("query",), "passage": ("document", "passage")}


def prompt_of(model: SentenceTransformer, role: Role) -> str:
    """The text put before every text of this role; empty where the model has none."""
    return next((model.prompts[name] for name in PROMPT_NAMES[role] if model.prompts.get(name)), "")


def set_prompts(model: SentenceTransformer, query: str | None, passage: str | None) -> None:
    """Give the model its prompts, saved with it; None leaves a prompt as it is, "" takes it away."""
    prompts: dict[Role, str | None] = {"query": query, "passage": passage}
    for role, prompt in prompts.items():
        if prompt is not None:
            for name in PROMPT_NAMES[role]:
                model.prompts.pop(name, None)
            model.prompts[PROMPT_NAMES[role][0]] = prompt

"""`isoglot train`: a recipe, whose every field is also a flag."""

import inspect
import os
from pathlib import Path
from typing import Annotated, Any

import typer

from isoglot.training.recipe import Recipe, read_recipe


def train(
    recipe: Annotated[Path | None, typer.Argument(help="recipe (YAML); flags win over it")] = None,
    *,
    out: Annotated[Path, typer.Option(help="where the model goes")],
    overwrite: Annotated[
        bool, typer.Option("--overwrite", help="replace a finished run, or an unfinished one of another recipe")
    ] = False,
    **fields: Any,
) -> None:
    """Train an encoder as a recipe says.

    The same command goes on where a stopped run left off.
    """
    given = {name: value for name, value in fields.items() if value is not None}
    if "languages" in given:
        given["languages"] = [code for value in given["languages"] for code in value.split(",")]
    chosen = read_recipe(recipe, given)
    from isoglot.training.run import train as run

    run(chosen, out, overwrite=overwrite)
    if os.environ.get("RANK", "0") == "0":
        typer.echo(f"Model written to {out}; evaluate it with: isoglot evaluate {out} COLLECTION --out DIR")


def _flag(name: str) -> inspect.Parameter:
    field = Recipe.model_fields[name]
    shown = ", ".join(field.default) if isinstance(field.default, list) else field.default
    default = "" if shown is None else f" [default: {shown}]"
    option = typer.Option(help=f"{field.description}{default}", show_default=False)
    return inspect.Parameter(
        name,
        inspect.Parameter.KEYWORD_ONLY,
        default=None,
        annotation=Annotated[field.annotation | None, option],  # type: ignore[operator]
    )


def _with_recipe_flags() -> None:
    """Give `train` the signature that the command line is made from: its own parameters and the recipe's fields."""
    own = [
        parameter
        for parameter in inspect.signature(train).parameters.values()
        if parameter.kind is not inspect.Parameter.VAR_KEYWORD
    ]
    parameters = [*own, *map(_flag, Recipe.model_fields)]
    train.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    train.__annotations__ = {parameter.name: parameter.annotation for parameter in parameters}


_with_recipe_flags()

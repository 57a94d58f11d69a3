"""Learning rates by name: which parameter gets which, and what a wrong entry says."""

import re

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import nn

from isoglot.errors import RequestError
from isoglot.training.adapt.rates import parameter_groups, parse_rates

NAMES = ["embeddings.weight", "layer.0.weight", "layer.0.bias", "layer.1.weight", "layer.1.bias", "norm.weight"]
DECAYED = {"embeddings.weight", "layer.0.weight", "layer.1.weight"}


def parameters(frozen: tuple[str, ...] = ()) -> list[tuple[str, nn.Parameter]]:
    return [(name, nn.Parameter(torch.zeros(1), requires_grad=name not in frozen)) for name in NAMES]


def named_groups(rates: dict[str, float], frozen: tuple[str, ...] = ()) -> list[tuple[list[str], float, float | None]]:
    """Names, weight decay and rate of each group."""
    named = parameters(frozen)
    names = {id(parameter): name for name, parameter in named}
    groups = parameter_groups(named, DECAYED, 0.1, rates)
    return [([names[id(p)] for p in group["params"]], group["weight_decay"], group.get("lr")) for group in groups]


def refusal(entries: list[str]) -> str:
    with pytest.raises(RequestError) as caught:
        parse_rates(entries)
    assert "\n" not in str(caught.value)
    return str(caught.value)


def test_without_rates_there_are_the_two_groups_of_transformers() -> None:
    assert named_groups({}) == [
        (["embeddings.weight", "layer.0.weight", "layer.1.weight"], 0.1, None),
        (["layer.0.bias", "layer.1.bias", "norm.weight"], 0.0, None),
    ]


def test_first_pattern_found_decides_and_the_rest_keep_the_main_rate() -> None:
    assert named_groups({r"layer\.1": 3.0, "bias|embed": 5.0}) == [
        (["layer.0.weight"], 0.1, None),
        (["norm.weight"], 0.0, None),
        (["layer.1.weight"], 0.1, 3.0),
        (["layer.1.bias"], 0.0, 3.0),
        (["embeddings.weight"], 0.1, 5.0),
        (["layer.0.bias"], 0.0, 5.0),
    ]


def test_frozen_parameters_are_in_no_group() -> None:
    groups = named_groups({"layer": 2.0}, frozen=("layer.0.weight", "embeddings.weight", "norm.weight"))
    assert groups == [(["layer.1.weight"], 0.1, 2.0), (["layer.0.bias", "layer.1.bias"], 0.0, 2.0)]


@given(st.lists(st.sampled_from(["embed", "layer", r"layer\.0", "bias", "norm", "weight", "."]), unique=True))
def test_every_parameter_is_in_one_group_with_the_rate_of_its_first_pattern(patterns: list[str]) -> None:
    rates = {pattern: place + 1.0 for place, pattern in enumerate(patterns)}
    expected = {name: next((rates[p] for p in patterns if re.search(p, name)), None) for name in NAMES}
    if set(rates.values()) - set(expected.values()):
        with pytest.raises(RequestError, match="no earlier pattern"):
            named_groups(rates)
        return
    found = [(name, decay, rate) for names, decay, rate in named_groups(rates) for name in names]
    assert sorted(found) == sorted((name, 0.1 if name in DECAYED else 0.0, expected[name]) for name in NAMES)


@pytest.mark.parametrize(
    ("rates", "frozen", "pattern"),
    [
        ({"lora": 1.0}, (), "lora"),
        ({"layer": 1.0, r"layer\.1": 2.0}, (), r"layer\.1"),
        ({"embeddings": 1.0}, ("embeddings.weight",), "embeddings"),
        ({"^weight": 1.0}, (), "^weight"),
    ],
)
def test_pattern_that_decides_nothing_is_refused(
    rates: dict[str, float], frozen: tuple[str, ...], pattern: str
) -> None:
    with pytest.raises(RequestError) as caught:
        named_groups(rates, frozen)
    assert repr(pattern) in str(caught.value)
    assert "\n" not in str(caught.value)


def test_rate_follows_the_last_equals_sign_and_order_is_kept() -> None:
    rates = parse_rates(["b=c=1e-3", "a=2"])
    assert list(rates.items()) == [("b=c", 1e-3), ("a", 2.0)]
    assert parse_rates(None) == {}


@pytest.mark.parametrize("entry", ["layer", "", "=1e-3", "1e-3"])
def test_entry_without_pattern_and_rate_is_refused(entry: str) -> None:
    assert repr(entry) in refusal([entry])


@pytest.mark.parametrize("rate", ["", "fast", "0", "-1e-3", "nan", "inf", "1e-3x"])
def test_rate_that_is_no_positive_number_is_refused(rate: str) -> None:
    assert f"{rate!r} is not a rate" in refusal([f"layer={rate}"])


@pytest.mark.parametrize("pattern", ["layer(", "*", "[a", "(?P<x"])
def test_pattern_that_is_no_regular_expression_is_refused(pattern: str) -> None:
    assert repr(pattern) in refusal(["fine=1e-3", f"{pattern}=1e-3"])


def test_same_pattern_twice_is_refused() -> None:
    assert "'a' twice" in refusal(["a=1", "b=1", "a=2"])

"""Reading ahead changes when an item is made, never what it is."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from isoglot.training.reading.prefetch import ReadAhead


@given(st.lists(st.integers(0, 9), max_size=20))
def test_any_order_gives_the_items(numbers: list[int]) -> None:
    ahead = ReadAhead(lambda number: number * number, 10)
    assert [ahead[number] for number in numbers] == [number * number for number in numbers]


def test_the_next_item_is_made_while_this_one_is_used() -> None:
    made = [threading.Event() for _ in range(3)]

    def make(number: int) -> int:
        made[number].set()
        return number

    ahead = ReadAhead(make, 3)
    assert ahead[0] == 0
    assert made[1].wait(5)
    assert not made[2].is_set()


def test_nothing_is_made_beyond_the_end_and_an_error_waits_for_its_item() -> None:
    asked = []

    def make(number: int) -> int:
        asked.append(number)
        if number == 1:
            raise ValueError("one")
        return number

    ahead = ReadAhead(make, 3)
    assert ahead[0] == 0
    with pytest.raises(ValueError, match="one"):
        ahead[1]
    assert ahead[2] == 2
    assert asked == [0, 1, 2]

"""The rate that the bar of an encoding shows."""

from rich.progress import Progress

from isoglot.models.progress import TextsPerSecond


def test_a_finished_encoding_shows_the_rate_of_all_its_texts() -> None:
    seconds = [0.0]
    bar = Progress(get_time=lambda: seconds[0], disable=True)
    column = TextsPerSecond()
    whole, slow_first = (bar.add_task("texts", total=total) for total in (100, 110))
    assert column.render(bar.tasks[0]).plain == ""
    seconds[0] = 2.0
    bar.advance(whole, 100)  # in one piece
    bar.advance(slow_first, 100)
    seconds[0] = 2.5
    bar.advance(slow_first, 10)
    shown = [column.render(task).plain for task in bar.tasks]
    assert shown == ["50 texts/s", "44 texts/s"]  # 100 in 2 s, 110 in 2.5 s

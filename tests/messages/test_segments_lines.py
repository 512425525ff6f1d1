"""`thrive segments`: lines in, the same lines with encoding and segments out."""

import io
import json

from bot.cli.segments import run


def measured(*lines: str) -> tuple[int, list[dict[str, object]]]:
    out = io.StringIO()
    code = run(lines, out)
    return code, [json.loads(line) for line in out.getvalue().splitlines()]


def test_lines_come_back_in_order_with_their_fields() -> None:
    """Every other field passes through, and labels already in a line are never read."""
    code, made = measured(
        '{"body": "Hello", "id": 7, "x": [1.5, null]}\n',
        '{"body": "\\ud83d\\ude00", "encoding": "GSM-7", "segments": 9}\n',
    )
    assert code == 0
    assert made == [
        {"body": "Hello", "id": 7, "x": [1.5, None], "encoding": "GSM-7", "segments": 1},
        {"body": "\U0001f600", "encoding": "UCS-2", "segments": 1},
    ]


def test_a_bad_line_is_told_and_the_rest_goes_on() -> None:
    """A line that is no JSON object with a text body has its number, its id where there is one, and an error."""
    code, made = measured("oops", '{"id": "a"}', "[]", '{"body": NaN}', "", '{"body": 5, "id": 3}', '{"body": "ok"}')
    assert code == 1
    assert [(line.get("line"), line.get("id")) for line in made[:-1]] == [
        (1, None), (2, "a"), (3, None), (4, None), (6, 3),
    ]  # fmt: skip
    assert all(line["error"] for line in made[:-1])
    assert made[-1] == {"body": "ok", "encoding": "GSM-7", "segments": 1}


def test_half_a_pair_does_not_break_the_output() -> None:
    """A lone surrogate is measured and given back as it was escaped."""
    code, made = measured('{"body": "\\ud83d"}')
    assert (code, made[0]["segments"]) == (0, 1)

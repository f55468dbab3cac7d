"""Does a change of somebody's JSON leave everything else as it was?"""

from __future__ import annotations

import json
import random

import pytest

from provisioner.json_text import (
    BYTE_ORDER_MARK,
    NotStrictJson,
    drop,
    put,
    read_object,
    refuse_doubles,
)

TEXTS = (
    "{}",
    "{ }\n",
    '{"env":{}}',
    '{\n  "env": {\n    "A": "1"\n  }\n}\n',
    '{\n\t"model": "opus",\n\t"env": { "A": "1", "B": "2" },\n\t"hooks": {}\n}',
    '{"a": [1, {"env": {}}], "env": {"A": "{\\"}"}}\n',
    '{\r\n    "a": "ä\\u00e4",\r\n    "env": {\r\n        "A": "1"\r\n    }\r\n}\r\n',
    BYTE_ORDER_MARK + '{"env": {"A": "1"}}',
)


@pytest.mark.parametrize("text", TEXTS)
def test_what_is_put_in_and_dropped_again_leaves_no_trace(text: str) -> None:
    has_env = "env" in read_object(text)
    changed = text if has_env else put(text, "env", {})
    for name in ("X", "Y"):
        changed = put(changed, name, "v", inside="env")
    assert read_object(changed)["env"] == {**read_object(text).get("env", {}), "X": "v", "Y": "v"}
    for name in ("X", "Y"):
        changed = drop(changed, name, inside="env")
    assert (changed if has_env else drop(changed, "env")) == text.replace("{ }", "{}")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("{}\n", '{\n  "env": "x"\n}\n'),
        ('{"a":1}', '{"a":1,"env":"x"}'),
        ('{ "a": 1 }', '{ "a": 1, "env": "x" }'),
        ('{\n    "a": 1\n}\n', '{\n    "a": 1,\n    "env": "x"\n}\n'),
        ('{\n\t"a" : 1\n}', '{\n\t"a" : 1,\n\t"env" : "x"\n}'),
        ('{\n  "env": "y",\n  "a": 1\n}', '{\n  "env": "x",\n  "a": 1\n}'),
    ],
)
def test_a_new_member_looks_like_its_neighbours(text: str, expected: str) -> None:
    assert put(text, "env", "x") == expected


def test_the_first_member_of_an_empty_object_stands_on_a_line_of_its_own() -> None:
    text = '{\n    "a": 1,\n    "env": {}\n}\n'
    expected = '{\n    "a": 1,\n    "env": {\n        "X": "v"\n    }\n}\n'
    assert put(text, "X", "v", inside="env") == expected


def test_any_member_can_be_dropped() -> None:
    text = '{"a": 1, "b": {"x": [1, 2]}, "c": 3}'
    assert drop(text, "a") == '{"b": {"x": [1, 2]}, "c": 3}'
    assert drop(text, "b") == '{"a": 1, "c": 3}'
    assert drop(text, "c") == '{"a": 1, "b": {"x": [1, 2]}}'


def test_a_change_is_the_change_of_the_object_and_of_nothing_else() -> None:
    dice = random.Random(7)  # noqa: S311 - no secret
    for _ in range(300):
        names = dice.sample(["a", "b", 'q"x', "ü", "e\\"], dice.randint(1, 5))
        value: dict[str, object] = {
            name: dice.choice(["1", [1, {"z": "}"}], None, {"n": {}}]) for name in names
        }
        indent = dice.choice([None, 0, 1, 2, "\t"])
        text = json.dumps(value, indent=indent, ensure_ascii=dice.random() < 0.5)
        name = dice.choice([*names, "new"])
        assert read_object(put(text, name, "v")) == {**value, name: "v"}
        gone = dice.choice(names)
        left = {key: each for key, each in value.items() if key != gone}
        assert read_object(drop(text, gone)) == left


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"a": 1,}', "line 1, column 9"),
        ('{\n  // why\n  "a": 1\n}', "line 2, column 3"),
        ('{"a": 1', "line 1, column 8"),
        ('{"a": 1} x', "line 1, column 10"),
        ("[1]", "line 1, column 1: expected an object"),
        ("", "line 1, column 1"),
        ('{"a": NaN}', "NaN is no JSON"),
    ],
)
def test_what_is_not_strict_json_is_refused_with_its_place(text: str, where: str) -> None:
    with pytest.raises(NotStrictJson, match=where):
        read_object(text)


@pytest.mark.parametrize(
    ("text", "where"),
    [
        ('{"a": 1,\n "b": 2, "a": 3}', 'line 2, column 10: "a" stands there twice'),
        ('{"env": {"A": "1", "A": "2"}}', '"A" stands there twice'),
    ],
)
def test_a_key_that_stands_twice_counts_for_a_reader_and_is_refused_to_a_writer(
    text: str, where: str
) -> None:
    assert read_object(text)
    with pytest.raises(NotStrictJson, match=where):
        refuse_doubles(text)


def test_the_same_key_in_two_objects_is_no_double() -> None:
    refuse_doubles('{"a": 1, "b": {"a": 1}, "c": {"a": [{}, {}]}}')

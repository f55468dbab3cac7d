"""Does an event read as a line that a person understands?"""

from __future__ import annotations

from provisioner.dashboards.readable import WORDS, readable
from provisioner.event_attributes import EVENTS


def test_only_known_events_have_words() -> None:
    assert WORDS.keys() <= set(EVENTS)


def test_an_event_has_its_words_and_another_its_name() -> None:
    expr = readable("compaction")
    assert expr.endswith(
        '| line_format `{{if eq .event_name "compaction"}}compaction ({{.trigger}}): '
        "{{.pre_tokens}} to {{.post_tokens}} tokens{{else}}{{.event_name}}{{end}}`"
    )


def test_a_level_follows_from_the_event_or_from_its_outcome() -> None:
    assert 'level=`{{if eq .event_name "api_error"}}error{{else}}info{{end}}`' in readable(
        "api_error"
    )
    assert (
        'level=`{{if and (eq .event_name "tool_result") (eq .success "false")}}warning'
        "{{else}}info{{end}}`"
    ) in readable("tool_result")
    assert "level=`info`" in readable("compaction")


def test_events_can_be_narrowed_by_attributes_and_by_a_stage() -> None:
    expr = readable("tool_result", where='success!="true"', session_id="$session")
    assert '| session_id=~"$session" | success!="true" | label_format' in expr


def test_an_event_without_words_is_named() -> None:
    assert readable("plugin_loaded").endswith("line_format `{{.event_name}}`")

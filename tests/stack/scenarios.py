"""What the real client is made to do in the stack tests, and what must come out of it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from tests.stack.client import ClientResult, Prompt, run_client, run_conversation
from tests.stack.messages_api import MessagesApi
from tests.stack.scripts import Answer, Failure, Script, ToolUse, Usage, total_usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What one run counts, each number as the client reported it when it was looked at."""

    main_requests: int
    subagent_requests: int = 0
    api_errors: int = 0
    user_prompts: int = 1
    tool_calls: Mapping[tuple[str, bool], int] = field(default_factory=dict)
    lines_added: int = 0
    lines_removed: int = 0
    commits: int = 0

    @property
    def api_requests(self) -> int:
        return self.main_requests + self.subagent_requests


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """One run of the client in a fresh repository, with the settings of a person."""

    name: str
    prompts: tuple[Prompt, ...]
    scripts: tuple[Script, ...]
    expected: Expected
    settings: Mapping[str, object] = field(default_factory=dict)

    @property
    def usage(self) -> Usage:
        return total_usage(script.usage for script in self.scripts)


def run_scenario(
    scenario: Scenario, *, home: Path, cwd: Path, api: MessagesApi, telemetry_env: Mapping[str, str]
) -> ClientResult:
    """The client's account at the end of the scenario."""
    api.register(*scenario.scripts)
    if len(scenario.prompts) == 1:
        prompt = scenario.prompts[0].text
        return run_client(prompt, home=home, cwd=cwd, api=api, telemetry_env=telemetry_env)
    results = run_conversation(
        scenario.prompts, home=home, cwd=cwd, api=api, telemetry_env=telemetry_env
    )
    return results[-1]


def one_answer() -> Scenario:
    """The smallest run: its price is known to the last digit, $0.013924 for Opus 5.5."""
    usage = Usage(
        input_tokens=101,
        output_tokens=51,
        cache_read_tokens=5000,
        cache_write_5m_tokens=1500,
        cache_write_1h_tokens=500,
    )
    return _single_prompt(
        Script(name="one_answer", steps=(Answer(text="Hello.", usage=usage),)),
        expected=Expected(main_requests=1),
    )


def tools() -> Scenario:
    """Tools that work and tools that fail, lines that come and go, and a commit."""
    written = "".join(f"line_{number} = {number}\n" for number in range(1, 6))
    edit = {
        "file_path": "widget.py",
        "old_string": "line_2 = 2\nline_3 = 3\n",
        "new_string": "line_2 = 20\nline_3 = 30\nline_3b = 31\n",
    }
    steps = (
        _bash("echo working", seed=1),
        _bash("exit 3", seed=2),
        _tool("Write", {"file_path": "widget.py", "content": written}, seed=3),
        _tool("Edit", edit, seed=4),
        _tool("Read", {"file_path": "missing.txt"}, seed=5),
        _bash('git add -A && git commit -m "Add a widget"', seed=6),
        Answer(text="The widget is in.", usage=_usage(7)),
    )
    calls = {
        ("Bash", True): 2,
        ("Bash", False): 1,
        ("Write", True): 1,
        ("Edit", True): 1,
        ("Read", False): 1,
    }
    # The client counts what follows the last newline of a new file as a line: 6 for five, and 3.
    lines_added = 6 + 3
    return _single_prompt(
        Script(name="tools", steps=steps),
        expected=Expected(
            main_requests=7, tool_calls=calls, lines_added=lines_added, lines_removed=2, commits=1
        ),
    )


def refused_edit() -> Scenario:
    """A file is written, and a hook of the person's refuses another one."""
    steps = (
        _tool("Write", {"file_path": "notes.md", "content": "kept\n"}, seed=1),
        _tool("Write", {"file_path": "refused.ts", "content": "lost\n"}, seed=2),
        Answer(text="One of two.", usage=_usage(3)),
    )
    # The client tells a hook on its standard input what is to be done; 2 refuses it.
    refusing = {"type": "command", "command": "grep -q refused.ts && exit 2 || exit 0"}
    scenario = _single_prompt(
        Script(name="refused_edit", steps=steps),
        expected=Expected(main_requests=3, tool_calls={("Write", True): 1}, lines_added=2),
    )
    hooks = {"PreToolUse": [{"matcher": "Write", "hooks": [refusing]}]}
    return replace(scenario, settings={"hooks": hooks})


def subagent() -> Scenario:
    """The main loop waits for a subagent, which calls the model and a tool of its own."""
    return _with_agent("subagent", {"run_in_background": False}, answers=1, user_prompts=1)


def taken_up() -> Scenario:
    """A session with a subagent, whose conversation has two answers left for those who go on."""
    return _with_agent("taken_up", {"run_in_background": False}, answers=3, user_prompts=1)


def background_agent() -> Scenario:
    """The client's default: the main loop goes on, and has another turn when the agent is done."""
    return _with_agent("background_agent", {"model": "haiku"}, answers=2, user_prompts=2)


def overloaded() -> Scenario:
    """Two refusals that the client retries by itself, then an answer; no error is left to see."""
    failure = Failure(status=529, error_type="overloaded_error", message="Overloaded")
    answer = Answer(text="At last.", usage=_usage(1))
    return _single_prompt(
        Script(name="overloaded", steps=(failure, failure, answer)),
        expected=Expected(main_requests=1),
    )


def hopeless() -> Scenario:
    """A refusal that the client takes for an answer, at the first attempt."""
    failure = Failure(status=403, error_type="permission_error", message="Not allowed")
    return _single_prompt(
        Script(name="hopeless", steps=(failure,)),
        expected=Expected(main_requests=0, api_errors=1),
    )


def two_prompts(interlude: Callable[[], object]) -> Scenario:
    """Two prompts in one process, and what is done between them while the client idles."""
    steps = (
        Answer(text="First.", usage=_usage(1)),
        _bash("echo second", seed=2),
        Answer(text="Second.", usage=_usage(3)),
    )
    return Scenario(
        name="two_prompts",
        prompts=(
            Prompt(text="Begin with script:two_prompts"),
            Prompt(text="Go on.", interlude=interlude),
        ),
        scripts=(Script(name="two_prompts", steps=steps),),
        expected=Expected(main_requests=3, user_prompts=2, tool_calls={("Bash", True): 1}),
    )


def _with_agent(
    name: str, options: Mapping[str, object], *, answers: int, user_prompts: int
) -> Scenario:
    task = {
        "description": "look into it",
        "prompt": f"Please follow script:{name}_inside",
        "subagent_type": "general-purpose",
    }
    call = ToolUse(name="Agent", former_names=("Task",), input={**task, **options}, usage=_usage(1))
    outside = tuple(Answer(text="Noted.", usage=_usage(2 + number)) for number in range(answers))
    inside = (_bash("echo inside", seed=11), Answer(text="Looked into.", usage=_usage(12)))
    return Scenario(
        name=name,
        prompts=(Prompt(text=f"Follow script:{name}"),),
        scripts=(
            Script(name=name, steps=(call, *outside)),
            Script(name=f"{name}_inside", steps=inside),
        ),
        expected=Expected(
            main_requests=1 + answers,
            subagent_requests=2,
            user_prompts=user_prompts,
            tool_calls={("Agent", True): 1, ("Bash", True): 1},
        ),
    )


def _single_prompt(script: Script, *, expected: Expected) -> Scenario:
    return Scenario(
        name=script.name,
        prompts=(Prompt(text=f"Follow script:{script.name}"),),
        scripts=(script,),
        expected=expected,
    )


def _bash(command: str, *, seed: int) -> ToolUse:
    return _tool("Bash", {"command": command}, seed=seed)


def _tool(name: str, arguments: Mapping[str, object], *, seed: int) -> ToolUse:
    return ToolUse(name=name, input=arguments, usage=_usage(seed))


def _usage(seed: int) -> Usage:
    """Numbers that differ from step to step, so that no mistake can cancel another."""
    return Usage(
        input_tokens=100 + seed,
        output_tokens=50 + 3 * seed,
        cache_read_tokens=4000 + 111 * seed,
        cache_write_5m_tokens=1000 + 7 * seed,
        cache_write_1h_tokens=300 + 5 * seed,
    )

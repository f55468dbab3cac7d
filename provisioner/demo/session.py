"""What happens in one invented session? It opens, prompts follow one another, somebody stops."""

from __future__ import annotations

from provisioner.demo.cast import HAIKU, OLDER_OPUS, SONNET, Model
from provisioner.demo.pen import Pen
from provisioner.demo.requests import WINDOW_TOKENS, Conversation, ask_aside
from provisioner.demo.tools import commit, hooks, use_a_tool
from provisioner.records import Value

AGENTS: dict[str, tuple[Model, str]] = {
    "Explore": (HAIKU, "agent:builtin:explore"),
    "Plan": (SONNET, "agent:builtin:plan"),
    "general-purpose": (SONNET, "agent:builtin:general-purpose"),
    "custom": (SONNET, "agent:custom"),
}
AGENT_WEIGHTS = {"Explore": 6.0, "general-purpose": 2.0, "Plan": 1.0, "custom": 1.5}
SKILLS = {"custom_skill": 3.0, "simplify": 2.0, "review": 2.0, "commit": 2.0}
SKILL_TRIGGERS = {"claude-proactive": 3.0, "user-slash": 2.0, "nested-skill": 0.4}
COMMANDS = {"review": 2.0, "compact": 1.0, "custom": 2.0, "init": 0.4}
MODES = {"default": 6.0, "acceptEdits": 3.0, "plan": 1.0}
STARTS = {"fresh": 7.0, "continue": 1.5, "resume": 1.5}


def play(pen: Pen, *, start_type: str, days_ago: int, until: float) -> None:
    """Write a whole session; a person stops when they have done enough, or at a moment."""
    main = Conversation(pen, model_then(pen, days_ago), _main_source(pen))
    if start_type != "fresh":
        main.read(pen.some(40_000))
    _open(pen, start_type)
    for number in range(pen.some(5, 0.6)):
        if pen.at >= until:
            return
        began = pen.at
        _prompt(main, number)
        pen.count("active_time.total", pen.at - began, {"type": "cli"})
        pause = min(pen.about(110.0, 1.1), 2_400.0)
        pen.count("active_time.total", min(pause * 0.4, 90.0), {"type": "user"})
        pen.wait(pause)


def model_then(pen: Pen, days_ago: int) -> Model:
    """The model that the person worked with on that day."""
    has_changed = days_ago <= pen.person.changed_model_days_ago
    is_steady = not pen.person.changed_model_days_ago
    return pen.person.model if is_steady or has_changed else OLDER_OPUS


def _main_source(pen: Pen) -> str:
    return "repl_main_thread" if pen.person.entrypoint == "cli" else "sdk"


def _open(pen: Pen, start_type: str) -> None:
    pen.count("session.count", 1, {"start_type": start_type})
    pen.tell("plugin_loaded", _plugin())
    if pen.project.has_hooks:
        for event in ("PreToolUse", "PostToolUse", "UserPromptSubmit"):
            registered = {"hook_type": "command", "hook_source": "projectSettings"}
            pen.tell("hook_registered", {"hook_event": event, **registered})
    for server in pen.project.servers:
        _connect(pen, server)


def _plugin() -> dict[str, Value]:
    return {
        "plugin.name": "typescript-lsp",
        "marketplace.name": "claude-plugins-official",
        "plugin.scope": "official",
        "enabled_via": "user-install",
        "has_hooks": "false",
        "has_mcp": "false",
    }


def _connect(pen: Pen, server: str) -> None:
    is_up = not pen.happens(0.06)
    seconds = pen.about(0.7)
    pen.wait(seconds)
    failed = {} if is_up else {"error_code": pen.one_of(("ETIMEDOUT", "ECONNREFUSED", "401"))}
    pen.tell(
        "mcp_server_connection",
        {
            "status": "connected" if is_up else "failed",
            "transport_type": "stdio" if server in {"browser", "postgres"} else "http",
            "server_scope": "project",
            "server_name": server,
            "duration_ms": round(seconds * 1000),
            "is_plugin": "false",
            **failed,
        },
    )


def _prompt(main: Conversation, number: int) -> None:
    """One prompt and all that it causes."""
    pen = main.pen
    pen.prompt = pen.new_id()
    length = pen.some(170, 0.9)
    command: dict[str, Value] = {}
    if pen.happens(0.08):
        command = {"command_name": pen.pick(COMMANDS), "command_source": "builtin"}
    pen.tell("user_prompt", {"prompt_length": length, "message.uuid": pen.new_id(), **command})
    _before_the_first_answer(pen, number)
    main.read(length // 4 + 60)
    mode = "acceptEdits" if pen.person.trusts else pen.pick(MODES)
    if not _work(main, pen.some(6, 0.7), mode):
        return
    if pen.happens(0.22):
        commit(main)
    if pen.project.has_hooks:
        hooks(pen, "Stop")


def _before_the_first_answer(pen: Pen, number: int) -> None:
    if pen.happens(0.1):
        pen.tell("at_mention", {"mention_type": "file", "success": "true"})
    if pen.project.has_hooks:
        hooks(pen, "UserPromptSubmit")
    if number == 0:
        ask_aside(pen, "generate_session_title")
    if pen.happens(0.05):
        modes = {"from_mode": "default", "to_mode": "plan", "trigger": "shift_tab"}
        pen.tell("permission_mode_changed", modes)


def _work(talk: Conversation, steps: int, mode: str) -> bool:
    """Requests and tool calls in turn, until there is an answer; whether it came so far."""
    pen = talk.pen
    for _ in range(steps):
        if talk.tokens > WINDOW_TOKENS:
            talk.compact()
        if not talk.ask():
            return False
        for _ in range(pen.some(1.3, 0.5)):
            use_a_tool(talk, mode=mode)
        if pen.happens(0.04):
            ask_aside(pen, "bash_extract_prefix")
        if not talk.agent:
            _extras(talk)
    return talk.ask()


def _extras(main: Conversation) -> None:
    if main.pen.happens(0.03):
        _skill(main.pen)
    if main.pen.happens(0.05):
        _delegate(main)


def _skill(pen: Pen) -> None:
    name = pen.pick(SKILLS)
    trigger = pen.pick(SKILL_TRIGGERS)
    kind = "projectSettings" if name == "custom_skill" else "bundled"
    said = {"skill.name": name, "invocation_trigger": trigger, "skill.source": kind}
    pen.tell("skill_activated", said)


def _delegate(main: Conversation) -> None:
    """A subagent with a conversation of its own; only its answer is read."""
    pen = main.pen
    kind = pen.pick(AGENT_WEIGHTS)
    model, source = AGENTS[kind]
    agent = Conversation(pen, model, source, agent=f"a{pen.chance.getrandbits(64):016x}")
    agent.read(pen.some(400))
    began, steps = pen.at, pen.some(4)
    _work(agent, steps, "acceptEdits")
    pen.tell(
        "subagent_completed",
        {
            "agent_type": kind,
            "agent.source": "built-in" if kind != "custom" else "projectSettings",
            "is_built_in": "true" if kind != "custom" else "false",
            "is_async": "false",
            "agent_id": agent.agent,
            "total_tokens": agent.tokens,
            "total_tool_uses": steps,
            "duration_ms": round((pen.at - began) * 1000),
            "model": model.name,
        },
    )
    main.read(pen.some(700))

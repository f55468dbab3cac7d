"""How does an invented request to the model go? Answered, refused, or failed after its retries."""

from __future__ import annotations

from dataclasses import dataclass

from provisioner.demo.cast import HAIKU, Model
from provisioner.demo.pen import Pen
from provisioner.records import Value

PREFIX_TOKENS = 19_000
"""System prompt, tools and memory: what every conversation starts with."""

CACHE_SECONDS = 300.0
WINDOW_TOKENS = 165_000
"""From here on a conversation is compacted."""

SUMMARY_TOKENS = 6_000


ATTEMPTS = 11
"""The client's own, before it gives up."""


@dataclass(frozen=True, slots=True)
class Failure:
    """How requests fail for good: the text, the status if there was an answer, the attempts."""

    error: str
    status_code: int | None
    attempts: int
    seconds: float


FAILURES = {
    "overloaded": Failure("Overloaded", 529, ATTEMPTS, 190.0),
    "rate limit": Failure("Rate limited", 429, ATTEMPTS, 160.0),
    "server error": Failure("Internal server error", 500, 4, 14.0),
    "no connection": Failure("Connection error.", None, ATTEMPTS, 120.0),
    "too long": Failure("prompt is too long", 400, 1, 1.2),
}
FAILURE_WEIGHTS = {
    "overloaded": 5.0,
    "rate limit": 3.0,
    "server error": 2.0,
    "no connection": 2.0,
    "too long": 1.0,
}


class Conversation:
    """A thread of requests to one model: what it has read so far, and when last.

    `source` is the client's `query_source`; `agent` names a subagent's thread.
    """

    def __init__(self, pen: Pen, model: Model, source: str, agent: str = "") -> None:
        self.pen = pen
        self.model = model
        self.source = source
        self.agent = agent
        self.tokens = 0
        self.pending = PREFIX_TOKENS if not agent else PREFIX_TOKENS // 2
        self.last_request = ""
        self.last_at = 0.0

    def read(self, tokens: int) -> None:
        """Something new to send along: a prompt, a tool's result."""
        self.pending += tokens

    def ask(self) -> bool:
        """One request; whether it was answered."""
        if self.pen.happens(0.006):
            self._fail(FAILURES[self.pen.pick(FAILURE_WEIGHTS)])
            return False
        output = self.pen.some(420, 0.9)
        self.answer(output)
        if self.pen.happens(0.0015):
            self._refuse()
            return False
        if self.pen.happens(0.6):
            self._respond(output)
        return True

    def compact(self) -> None:
        """Ask for a summary, and go on with that."""
        trigger = "manual" if self.pen.happens(0.2) else "auto"
        before, began = self.tokens, self.pen.at
        summary = Conversation(self.pen, self.model, "compact")
        # The summary's request reads what the conversation has in the cache.
        summary.tokens, summary.pending, summary.last_at = self.tokens, 800, self.last_at
        summary.answer(SUMMARY_TOKENS)
        self.tokens, self.pending = 0, PREFIX_TOKENS + SUMMARY_TOKENS
        self.pen.tell(
            "compaction",
            {
                "trigger": trigger,
                "success": "true",
                "duration_ms": round((self.pen.at - began) * 1000),
                "pre_tokens": before,
                "post_tokens": self.pending,
            },
        )

    def answer(self, output: int) -> None:
        """The request is answered with so many tokens; what was pending is read."""
        pen = self.pen
        is_cached = self.tokens > 0 and pen.at - self.last_at < CACHE_SECONDS
        read = self.tokens if is_cached else 0
        write = self.pending + (0 if is_cached else self.tokens)
        fresh = pen.some(8, 0.8)
        seconds = pen.about(1.1, 0.35) + read / 400_000 + output / pen.about(self._speed(), 0.2)
        pen.wait(seconds * (1.0 if pen.happens(0.985) else pen.about(5.0)))
        self.last_request = pen.short_id("req")
        cost = self.model.cost(fresh=fresh, output=output, read=read, write=write)
        pen.tell(
            "api_request",
            {
                **self._about(),
                "request_id": self.last_request,
                "cost_usd": cost,
                "cost_usd_micros": round(cost * 1e6),
                "duration_ms": round(seconds * 1000),
                "input_tokens": fresh,
                "output_tokens": output,
                "cache_read_tokens": read,
                "cache_creation_tokens": write,
            },
        )
        self.tokens += self.pending + output
        self.pending = 0
        self.last_at = pen.at

    def _respond(self, output: int) -> None:
        self.pen.tell(
            "assistant_response",
            {
                "model": self.pen.model_of(self.model),
                "request_id": self.last_request,
                "message.uuid": self.pen.new_id(),
                "query_source": self.source,
                "response_length": output * 3,
            },
        )

    def _refuse(self) -> None:
        category = {"has_category": "true", "has_explanation": "false"}
        about = self._about() | {"request_id": self.last_request, "attempt": 1}
        self.pen.tell("api_refusal", about | category | {"server_fallback_hop": "false"})

    def _fail(self, failure: Failure) -> None:
        seconds = self.pen.about(failure.seconds, 0.2)
        self.pen.wait(seconds)
        failed: dict[str, Value] = {
            "error": failure.error,
            "duration_ms": round(seconds * 1000),
            "attempt": failure.attempts,
        }
        status: dict[str, Value] = {}
        if failure.status_code is not None:
            status["status_code"] = failure.status_code
        self.pen.tell("api_error", {**self._about(), **failed, **status})
        if failure.attempts == ATTEMPTS:
            self._exhaust(failure, seconds, status)

    def _exhaust(self, failure: Failure, seconds: float, status: dict[str, Value]) -> None:
        self.pen.tell(
            "api_retries_exhausted",
            {
                "model": self.pen.model_of(self.model),
                "error": failure.error,
                "total_attempts": failure.attempts,
                "total_retry_duration_ms": round(seconds * 1000),
                "speed": "normal",
                **status,
            },
        )

    def _about(self) -> dict[str, Value]:
        agent = {"agent_id": self.agent} if self.agent else {}
        effort = {"effort": self.pen.person.effort} if self.model is not HAIKU else {}
        return {
            "model": self.pen.model_of(self.model) if not self.agent else self.model.name,
            "client_request_id": self.pen.new_id(),
            "query_source": self.source,
            "speed": "normal",
            **effort,
            **agent,
        }

    def _speed(self) -> float:
        return self.model.tokens_a_second


def ask_aside(pen: Pen, source: str) -> None:
    """A small request beside the conversation: a title, a summary of a command's output."""
    aside = Conversation(pen, HAIKU, source)
    aside.pending = pen.some(900)
    aside.answer(pen.some(40))

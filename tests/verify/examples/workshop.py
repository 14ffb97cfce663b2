"""A workshop with tools that are lent; its law rests on two facts that nobody has written down."""

from __future__ import annotations

from dataclasses import dataclass

from statewatt.engine import Each, Machine, State, System, ignored, invariant, refused


@dataclass(frozen=True)
class Config:
    """Nothing to configure."""


class Tool(Machine):
    """A tool; ``user`` is who has it."""

    workshop: Workshop
    user: Worker | None = None

    shelved = State(initial=True)
    broken = State()

    break_down = shelved.to(broken) | ignored(broken)


class Worker(Machine):
    """Somebody who has one tool or none."""

    workshop: Workshop
    tool: Tool | None = None

    idle = State(initial=True)
    busy = State()

    fetch = idle.to(busy, cond="is_free", on="take") | refused(busy)
    finish = busy.to(idle, on="leave") | ignored(idle)

    def is_free(self, tool: Tool) -> bool:
        """Nobody has the tool."""
        return tool.user is None

    def take(self, tool: Tool) -> None:
        """The tool is the worker's."""
        self.tool = tool
        tool.user = self

    def leave(self) -> None:
        """The tool is anybody's."""
        if self.tool is not None:
            self.tool.user = None
        self.tool = None


class Workshop(System):
    """Any number of tools and workers."""

    config: Config
    tools: Each[Tool]
    workers: Each[Worker]

    @invariant
    def one_worker_per_tool(self) -> bool:
        """No tool is in two hands."""
        return all(a is b for a in self.workers for b in self.workers if a.tool is not None and a.tool is b.tool)

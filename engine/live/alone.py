"""What a module that stands alone has in place of the engine's own inputs and errors."""

from __future__ import annotations

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Mapping


class InputError(ValueError):
    """What was handed to the station is not what its model declares; nothing was changed."""


class EngineFault(RuntimeError):  # noqa: N818 - the fault is the model's
    """The model did what must not happen, and what a proof would have excluded; nothing was changed."""

    def __init__(self, reason: str, where: object = None) -> None:
        super().__init__(f"{where}: {reason}" if where else reason)
        self.reason = reason
        self.where = where


class PolicyError(ValueError):
    """A policy picked what it was not offered; nothing was changed."""


class Input:
    """What comes from outside; equal if all attributes are."""

    __slots__: tuple[str, ...] = ()

    def __eq__(self, other: object) -> bool:
        return type(self) is type(other) and all(getattr(self, n) == getattr(other, n) for n in self.__slots__)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"{type(self).__name__}({', '.join(f'{n}={getattr(self, n)!r}' for n in self.__slots__)})"


class Event(Input):
    """An event for one thing, or (``target`` is ``None``) for each thing of the machine, in order of creation.

    Things in the arguments are keys, sets of things are frozen sets of keys. ``now`` is not given: the step passes it.
    """

    __slots__ = ("machine", "name", "target", "arguments")  # noqa: RUF023 - the order of arguments

    def __init__(
        self, machine: str, name: str, target: int | None = None, arguments: Mapping[str, object] | None = None
    ) -> None:
        self.machine = machine
        self.name = name
        self.target = target
        self.arguments: Mapping[str, object] = {} if arguments is None else arguments

    def __str__(self) -> str:
        return f"{self.name} of {self.machine if self.target is None else f'{self.machine} {self.target}'}"


class Birth(Input):
    """A new thing of a machine whose things are not made by actions; fields with a default begin with it."""

    __slots__ = ("machine", "fields")  # noqa: RUF023 - the order of arguments

    def __init__(self, machine: str, fields: Mapping[str, object] | None = None) -> None:
        self.machine = machine
        self.fields: Mapping[str, object] = {} if fields is None else fields

    def __str__(self) -> str:
        return f"birth of {self.machine}"


class Configure(Input):
    """New values for some settings."""

    __slots__ = ("settings",)

    def __init__(self, settings: Mapping[str, object]) -> None:
        self.settings = settings

    def __str__(self) -> str:
        return "change of settings"

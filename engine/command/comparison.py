"""Whether what a station did agrees with what was recorded.

Order matters among the messages of one EVSE (``evse_id``), among those of one token (``id_token``), and among those of
neither; between different EVSEs or tokens it does not. A field that is missing is the same as ``null``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .values import is_array, is_object

Message = Mapping[str, Any]

NOTHING = "nothing"
"""What stands for a message or an element that is not there."""


@dataclass(frozen=True)
class Difference:
    """Something that differs: where, and what was recorded there and what came, both without what agrees."""

    where: str
    expected: Any
    got: Any


def differences(
    expected_out: Sequence[Message] | None,
    got_out: Sequence[Message],
    expected_state: Message | None,
    got_state: Message,
) -> list[Difference]:
    """How a step differs from the recorded one; what was not recorded differs in nothing."""
    found: list[Difference] = []
    if expected_out is not None:
        found += out_differences(expected_out, got_out)
    if expected_state is not None:
        found += state_differences(expected_state, got_state)
    return found


def out_differences(expected: Sequence[Message], got: Sequence[Message]) -> list[Difference]:
    """For each EVSE, each token, and the rest, the first message that differs; one that belongs to several, once."""
    recorded, came = _threads(expected), _threads(got)
    found: list[Difference] = []
    told: list[tuple[Message | None, Message | None]] = []
    for thread in dict.fromkeys([*recorded, *came]):
        pair = _first_difference(recorded.get(thread, []), came.get(thread, []))
        if pair is None or pair[1:] in told:
            continue
        told.append(pair[1:])
        found.append(_message_difference(thread, *pair))
    return found


def state_differences(expected: Message, got: Message) -> list[Difference]:
    """Where the observed state differs; what only the recording knows at the top is not observed."""
    return [d for key in got for d in _value_differences(f"state.{key}", expected.get(key), got[key])]


def _threads(messages: Sequence[Message]) -> dict[str, list[Message]]:
    """The messages of each EVSE, of each token, and of neither, in order."""
    found: dict[str, list[Message]] = {}
    for message in messages:
        for thread in _owners(message):
            found.setdefault(thread, []).append(_given(message))
    return found


def _owners(message: Message) -> list[str]:
    evse, token = message.get("evse_id"), message.get("id_token")
    owners = [] if evse is None else [f"EVSE {evse}"]
    if token is not None:
        owners.append(f"token {str(token).casefold()}")
    return owners or ["the station"]


def _given(value: Any) -> Any:
    """The value without fields that are null."""
    if is_object(value):
        return {key: _given(inner) for key, inner in value.items() if inner is not None}
    return [_given(inner) for inner in value] if is_array(value) else value


def _first_difference(
    expected: Sequence[Message], got: Sequence[Message]
) -> tuple[int, Message | None, Message | None] | None:
    for i in range(max(len(expected), len(got))):
        pair = (expected[i] if i < len(expected) else None, got[i] if i < len(got) else None)
        if not _same(*pair):
            return i, *pair
    return None


def _message_difference(thread: str, index: int, expected: Message | None, got: Message | None) -> Difference:
    token = (got or expected or {}).get("id_token")
    where = f"out: message {index + 1} of {f'token {token}' if thread.startswith('token ') else thread}"
    if expected is None or got is None or expected.get("type") != got.get("type"):
        return Difference(where, NOTHING if expected is None else expected, NOTHING if got is None else got)
    fields = [f for f in dict.fromkeys([*expected, *got]) if not _same(expected.get(f), got.get(f))]
    return Difference(
        f"{where} ({got.get('type')})", {f: expected.get(f) for f in fields}, {f: got.get(f) for f in fields}
    )


def _value_differences(where: str, expected: Any, got: Any) -> Iterator[Difference]:
    if is_object(expected) and is_object(got):
        for key in dict.fromkeys([*expected, *got]):
            yield from _value_differences(f"{where}.{key}", expected.get(key), got.get(key))
    elif is_array(expected) and is_array(got) and len(expected) == len(got):
        for i, pair in enumerate(zip(expected, got, strict=True)):
            yield from _value_differences(f"{where}[{i}]", *pair)
    elif not _same(expected, got):
        yield Difference(where, expected, got)


def _same(left: Any, right: Any) -> bool:
    """Equal as JSON values: ``true`` is not 1, and a field that is null is one that is missing."""
    if isinstance(left, bool) or isinstance(right, bool):
        return left is right
    if is_object(left) and is_object(right):
        return all(_same(left.get(key), right.get(key)) for key in {*left, *right})
    if is_array(left) and is_array(right):
        return len(left) == len(right) and all(map(_same, left, right))
    return bool(left == right)

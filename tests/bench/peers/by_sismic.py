"""The connector by ``sismic``: a chart with parallel states, interpreted; its checks of contracts are switched off."""

# It has no types.
# pyright: reportMissingTypeStubs=false, reportUnknownVariableType=false, reportUnknownMemberType=false

from __future__ import annotations

from collections.abc import Iterable

from sismic.interpreter import Interpreter
from sismic.io import import_from_yaml
from sismic.model import Event

from . import EVENTS, Facts

_CHART = import_from_yaml("""
statechart:
  name: connector
  preamble: losses = 0
  root state:
    name: connector
    parallel states:
    - name: usage
      initial: free
      states:
      - name: free
        transitions: [{event: occupied, target: in_use, guard: active('enabled'), action: losses += 1}]
      - name: in_use
        transitions: [{event: freed, target: free}]
    - name: operation
      initial: enabled
      states:
      - name: enabled
        transitions: [{event: disable, target: disabled, action: losses += 1}]
      - name: disabled
        transitions: [{event: enable, target: enabled}]
    - name: health
      initial: working
      states:
      - name: working
        transitions: [{event: raise_fault, target: faulted, guard: faults_count, action: losses += 1}]
      - name: faulted
        transitions: [{event: clear_fault, target: working}]
""")
_EVENTS = {event: Event(event) for event in EVENTS}


class Sismic:
    """An interpreter of the chart."""

    def __init__(self, ignore_faults: bool) -> None:
        context = {"faults_count": not ignore_faults}
        self.interpreter = Interpreter(_CHART, initial_context=context, ignore_contract=True)
        self.interpreter.execute_once()

    def send(self, events: Iterable[str]) -> None:
        """Queued, and executed."""
        queue, execute = self.interpreter.queue, self.interpreter.execute_once
        for event in events:
            queue(_EVENTS[event])
            execute()

    def facts(self) -> Facts:
        """From the configuration."""
        active = self.interpreter.configuration
        return Facts("in_use" in active, "disabled" in active, "faulted" in active, self.interpreter.context["losses"])

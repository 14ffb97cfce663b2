"""How a shell is doing, for Prometheus: needs its client library, the extra ``prometheus``.

::

    from prometheus_client import REGISTRY, start_http_server

    REGISTRY.register(HealthCollector(station.health))
    start_http_server(9100)
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from .health import Health


class HealthCollector(Collector):
    """Asks for the health at each scrape; safe in any thread, since health is data made anew."""

    def __init__(self, health: Callable[[], Health]) -> None:
        self._health = health

    def collect(self) -> Iterable[Metric]:
        """The metrics, all named ``statewatt_…``."""
        health = self._health()
        yield _gauge("well", "1 while inputs are taken and the disk does not fail.", health.well)
        yield _gauge("ready", "1 while inputs are taken.", health.ready)
        yield _gauge("queued_inputs", "Inputs that wait.", health.queued)
        yield _gauge("outstanding_commands", "Commands under way to ports.", health.outstanding)
        yield _gauge("last_commit_seconds", "How long the last transaction took.", health.last_commit_seconds)
        inputs = CounterMetricFamily("statewatt_inputs", "Inputs by what became of them.", labels=["outcome"])
        for outcome in ("accepted", "refused", "wrong", "turned_away"):
            inputs.add_metric([outcome], getattr(health, outcome))
        yield inputs
        yield CounterMetricFamily("statewatt_commits", "Transactions on the disk.", value=health.commits)
        commands = CounterMetricFamily(
            "statewatt_commands", "Commands by port and outcome.", labels=["port", "outcome"]
        )
        waiting = GaugeMetricFamily("statewatt_port_commands", "Commands under way by port.", labels=["port"])
        for name, port in health.ports.items():
            waiting.add_metric([name], port.under_way)
            for outcome in ("delivered", "failed", "lost"):
                commands.add_metric([name, outcome], getattr(port, outcome))
        yield commands
        yield waiting


def _gauge(name: str, what: str, value: float) -> Metric:
    return GaugeMetricFamily(f"statewatt_{name}", what, value=float(value))

"""The exporter tells what health tells."""

from __future__ import annotations

import asyncio

import pytest

from tests.shell.test_station import station

prometheus_client = pytest.importorskip("prometheus_client")


def test_metrics_tell_the_health() -> None:
    from statewatt.engine.shell.prometheus import HealthCollector

    async def work() -> str:
        registry = prometheus_client.CollectorRegistry()
        async with station() as ours:
            registry.register(HealthCollector(ours.health))
            await (await ours.present("SECRET")).result()
            await ours.withdraw(2)
            while ours.health().outstanding:
                await asyncio.sleep(0.001)
            text: str = prometheus_client.generate_latest(registry).decode()
            return text

    text = asyncio.run(work())
    assert "statewatt_well 1.0" in text
    assert 'statewatt_inputs_total{outcome="refused"} 1.0' in text
    assert 'statewatt_commands_total{outcome="delivered",port="EVSE 1"} 1.0' in text
    assert "SECRET" not in text

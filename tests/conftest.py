"""How Hypothesis runs: the same examples each time, nothing kept, no clock; `--hypothesis-profile=long` goes on."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

# A slow machine is not a failure: no deadline, and no complaint about slow examples.
_CALM = settings(deadline=None, database=None, suppress_health_check=[HealthCheck.too_slow])

settings.register_profile("same", _CALM, derandomize=True)
settings.register_profile("long", _CALM, max_examples=5000)
settings.load_profile("same")

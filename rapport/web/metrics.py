"""What the process counts, for Prometheus."""

from __future__ import annotations

from dataclasses import dataclass, field

from fastapi import APIRouter, Request
from fastapi.responses import Response
from prometheus_client import CollectorRegistry, Counter, Histogram, generate_latest
from prometheus_client.exposition import CONTENT_TYPE_LATEST

router = APIRouter(tags=["operation"])
SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)


@dataclass(frozen=True, slots=True)
class Metrics:
    """One registry per application, so that two in one process do not count into each other."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)
    seconds: Histogram = field(init=False)
    turns: Counter = field(init=False)
    turn_seconds: Histogram = field(init=False)

    def __post_init__(self) -> None:
        made = {
            "requests": Counter(
                "rapport_http_requests", "Requests answered.", ["method", "route", "status"], registry=self.registry
            ),
            "seconds": Histogram(
                "rapport_http_seconds", "Time to answer.", ["route"], buckets=SECONDS, registry=self.registry
            ),
            "turns": Counter("rapport_chat_turns", "Turns by how they ended.", ["outcome"], registry=self.registry),
            "turn_seconds": Histogram(
                "rapport_chat_turn_seconds", "Time of a turn.", buckets=SECONDS, registry=self.registry
            ),
        }
        for name, metric in made.items():
            object.__setattr__(self, name, metric)

    def turn_ended(self, outcome: str, seconds: float) -> None:
        self.turns.labels(outcome).inc()
        if outcome != "late":
            self.turn_seconds.observe(seconds)


@router.get("/metrics", response_class=Response, summary="What this process has counted, for Prometheus")
async def metrics(request: Request) -> Response:
    counted: Metrics = request.app.state.metrics
    return Response(generate_latest(counted.registry), media_type=CONTENT_TYPE_LATEST)

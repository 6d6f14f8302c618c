"""What Prometheus reads under /metrics. No label holds anything a visitor wrote."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

registry = CollectorRegistry()

messages = Counter("hip_messages_total", "Messages taken into the record", ["channel"], registry=registry)
turns = Counter(
    "hip_turns_total", "Turns by outcome; `unanswered`: the fixed text was given", ["outcome"], registry=registry
)
degraded = Counter("hip_turns_degraded_total", "Turns in which a custom action of the bot failed", registry=registry)
refusals = Counter("hip_refusals_total", "Refused requests by code", ["code"], registry=registry)
turn_seconds = Histogram(
    "hip_turn_seconds",
    "From the message in the record to its replies in the record",
    buckets=(0.02, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16),
    registry=registry,
)
streams = Gauge("hip_streams_open", "Open event streams", registry=registry)
record_counts = Gauge(
    "hip_record",
    "Messages without an answer yet, unanswered ones, erasures to do, deliveries that wait, failed or are unknown",
    ["kind"],
    registry=registry,
)
arrivals = Counter(
    "hip_arrivals_total",
    "What messaging platforms delivered: taken, or a repeat",
    ["platform", "result"],
    registry=registry,
)
webhook_refusals = Counter(
    "hip_webhook_refusals_total", "Webhook calls that were not accepted", ["platform", "reason"], registry=registry
)
sends = Counter(
    "hip_sends_total",
    "Messages to messaging platforms: sent, postponed, failed, unknown",
    ["platform", "result"],
    registry=registry,
)

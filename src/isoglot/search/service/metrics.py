"""What the service counts, for Prometheus; each app has its own registry."""

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

from isoglot.search.response import SearchResponse

METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
BATCH_SIZES = (1, 2, 4, 8, 16, 32)


class Metrics:
    """Counters of one service."""

    def __init__(self) -> None:
        self.registry = registry = CollectorRegistry()
        self._requests = Counter(
            "isoglot_requests", "requests by route, method and status", ["route", "method", "status"], registry=registry
        )
        self._seconds = Histogram("isoglot_request_seconds", "time to answer", ["route"], registry=registry)
        self._batches = Histogram(
            "isoglot_encoder_batch_size", "questions encoded together", buckets=BATCH_SIZES, registry=registry
        )
        self._hits = Counter("isoglot_hits", "hits by language of the passage", ["language"], registry=registry)
        self.waiting = Gauge("isoglot_questions_waiting", "questions being answered", registry=registry)
        self.version = Gauge("isoglot_index_version", "version of the index that answers", registry=registry)
        self.reload_failures = Counter(
            "isoglot_index_reload_failures", "newer versions that could not be opened", registry=registry
        )

    def request(self, route: str, method: str, status: int, seconds: float) -> None:
        """Count an answered request; methods that do not exist are counted as one, whatever clients invent."""
        self._requests.labels(route, method if method in METHODS else "other", str(status)).inc()
        self._seconds.labels(route).observe(seconds)

    def batch(self, size: int) -> None:
        """Count a batch of the encoder."""
        self._batches.observe(size)

    def answered(self, response: SearchResponse) -> None:
        """Count the hits of an answer."""
        for hit in response.hits:
            self._hits.labels(hit.language).inc()

    def text(self) -> bytes:
        """All counters in the format that Prometheus reads."""
        return generate_latest(self.registry)

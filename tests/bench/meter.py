"""Counting queries and milliseconds of a piece of work, in this process."""

import statistics
import time
from contextlib import contextmanager

from odoo.sql_db import Cursor

#: Caches fill with the first ones, as a server's have.
WARM_UP = 2


class Meter:
    """Counts what any cursor of this process executes while it is on."""

    def __init__(self):
        self.queries = []
        self._execute = Cursor.execute

    @contextmanager
    def on(self):
        """Count for as long as the block lasts."""
        meter = self

        def execute(cursor, query, *args, **kwargs):
            meter.queries.append(" ".join(str(getattr(query, "code", query)).split()))
            return meter._execute(cursor, query, *args, **kwargs)

        Cursor.execute = execute
        try:
            yield self
        finally:
            Cursor.execute = self._execute

    def measure(self, work, times):
        """Do some work again and again.

        :param work: a function without parameters; a number that it returns is how many records it was about
        :return: ``{"queries": median per call, "ms": median per call, "per": queries per record or None}``
        """
        counts, costs, records = [], [], 1
        for number in range(WARM_UP + times):
            self.queries.clear()
            started = time.perf_counter()
            result = work()
            cost = 1000 * (time.perf_counter() - started)
            if number >= WARM_UP or times == 1:
                counts.append(len(self.queries))
                costs.append(cost)
            if isinstance(result, int) and not isinstance(result, bool):
                records = result
        queries = statistics.median(counts)
        return {
            "queries": queries,
            "ms": round(statistics.median(costs), 2),
            "per": round(queries / records, 2) if records > 1 else None,
        }

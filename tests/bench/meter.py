"""Counting queries and milliseconds of a piece of work, in this process."""

import statistics
import time
from collections import defaultdict
from contextlib import contextmanager

from odoo.sql_db import Cursor

#: Caches fill with the first ones, as a server's have.
WARM_UP = 2


class Meter:
    """Counts what any cursor of this process executes while it is on."""

    def __init__(self):
        #: What the last call for each model asked.
        self.queries = {}
        self._current = []
        self._execute = Cursor.execute

    @contextmanager
    def on(self):
        """Count for as long as the block lasts."""
        meter = self

        def execute(cursor, query, *args, **kwargs):
            meter._current.append(" ".join(str(getattr(query, "code", query)).split()))
            return meter._execute(cursor, query, *args, **kwargs)

        Cursor.execute = execute
        try:
            yield self
        finally:
            Cursor.execute = self._execute

    def measure(self, works, times):
        """Do the same to several models in turn, so that what else the machine does falls on all of them.

        :param works: ``{model: function without parameters}``; a number that one returns is how many records it was
            about
        :return: ``{model: {"queries": median per call, "ms": median per call, "per": queries per record or None}}``
        """
        counts, costs = defaultdict(list), defaultdict(list)
        records = dict.fromkeys(works, 1)
        for number in range(WARM_UP + times):
            for model, work in works.items():
                self.queries[model] = queries = self._current = []
                started = time.perf_counter()
                result = work()
                cost = 1000 * (time.perf_counter() - started)
                if number >= WARM_UP or times == 1:
                    counts[model].append(len(queries))
                    costs[model].append(cost)
                if isinstance(result, int) and not isinstance(result, bool):
                    records[model] = result
        return {model: _result(counts[model], costs[model], records[model]) for model in works}


def _result(counts, costs, records):
    queries = statistics.median(counts)
    return {
        "queries": queries,
        "ms": round(statistics.median(costs), 2),
        "per": round(queries / records, 2) if records > 1 else None,
    }

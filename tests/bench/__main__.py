"""Fill a database step by step and measure at each size: ``python -m tests.bench --config FILE --database NAME``."""

import argparse
import json
from pathlib import Path

from odoo.modules.registry import Registry
from odoo.service import server
from odoo.tools import config

from . import report
from .load import Loader, say
from .meter import Meter
from .operations import Operations


def main():
    """Run the benchmark; the exit code says nothing about speed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", required=True)
    parser.add_argument("--database", required=True)
    parser.add_argument("--sizes", default="10000,50000,200000")
    parser.add_argument(
        "--only", default="", help="measure only operations with one of these words"
    )
    parser.add_argument("--show", action="store_true", help="print the queries of each operation")
    parser.add_argument("--json", type=Path)
    options = parser.parse_args()
    config.parse_config(
        [f"--config={options.config}", f"--database={options.database}", "--log-level=error"]
    )
    server.load_server_wide_modules()
    registry = Registry(options.database)
    loader = Loader(registry)
    loader.prepare()
    results = {}
    for size in sorted(int(size) for size in options.sizes.split(",")):
        say(f"» {size:,} tickets")
        loader.fill(size)
        results[size] = measure(registry, options)
        if options.json:
            options.json.write_text(json.dumps(results, indent=1))
    say("")
    say("\n".join(report.table(results)))
    if not options.only:
        say("")
        for met, text in report.verdicts(results):
            say(f"{'✓' if met else '✗'} {text}")


def measure(registry, options):
    """Return ``{operation: {model: result}}``."""
    meter, results = Meter(), {}
    for name, (times, works) in _by_name(Operations(registry).all()).items():
        if not any(word.strip() in name for word in options.only.split(",")):
            continue
        with meter.on():
            results[name] = meter.measure(works, times)
        for model, result in results[name].items():
            say(f"  {name:28} {model:22} {result['queries']:6g} queries {result['ms']:10,.1f} ms")
            if options.show:
                say("".join(f"      {query[:200]}\n" for query in meter.queries[model]))
    return results


def _by_name(operations):
    """Return ``{name: (times, {model: work})}``."""
    found = {}
    for name, model, times, work in operations:
        found.setdefault(name, (times, {}))[1][model] = work
    return found


if __name__ == "__main__":
    main()

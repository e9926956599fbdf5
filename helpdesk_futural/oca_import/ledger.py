"""What was brought already: rows of ``helpdesk.import.record``."""


class Ledger:
    """Finds what became of the other database's records, and notes what is brought.

    Nothing is remembered between calls, so that a transaction rolled back leaves nothing behind.

    :param env: of the superuser
    :param str source: which database they are from
    """

    def __init__(self, env, source: str) -> None:
        self._records = env["helpdesk.import.record"]
        self.source = source

    def find(self, kind: str, keys) -> dict[str, tuple[int, dict]]:
        """Return ``{key there: (id here, what was brought)}`` of those that were brought."""
        keys = [str(key) for key in keys]
        if not keys:
            return {}
        found = self._records.search_fetch(
            [("source", "=", self.source), ("kind", "=", kind), ("source_key", "in", keys)],
            ["source_key", "res_id", "brought"],
        )
        return {record.source_key: (record.res_id, record.brought or {}) for record in found}

    def ids(self, kind: str, keys) -> dict[int, int]:
        """Return ``{id there: id here}``."""
        return {int(key): id_ for key, (id_, _brought) in self.find(kind, keys).items()}

    def note(self, kind: str, model: str, ids: dict, brought: dict | None = None) -> None:
        """Note what was brought, or what was changed of it.

        :param ids: ``{key there: id here}``
        :param brought: ``{key there: values}``
        """
        self._records.create(
            [
                {
                    "source": self.source,
                    "kind": kind,
                    "source_key": str(key),
                    "res_model": model,
                    "res_id": id_,
                    "brought": (brought or {}).get(key),
                }
                for key, id_ in ids.items()
            ]
        )

    def renew(self, kind: str, key, brought: dict) -> None:
        """Note what of a record was brought anew."""
        self._records.search(
            [
                ("source", "=", self.source),
                ("kind", "=", kind),
                ("source_key", "=", str(key)),
            ]
        ).brought = brought

    def is_empty(self) -> bool:
        """Tell whether nothing was brought from this database yet."""
        return not self._records.search_count([("source", "=", self.source)], limit=1)

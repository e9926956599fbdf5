from odoo import fields


class Duration(fields.Float):
    """Hours that something took; empty, also in the database, until it has happened.

    A plain Float stores 0 where there is nothing, and an average would count it as "at once".
    Read by whatever client, an empty duration is ``False`` and one of no time is ``0.0``.
    """

    falsy_value = None
    aggregator = "avg"

    def convert_to_column(self, value, record, values=None, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_column(value, record, values, validate)

    def convert_to_cache(self, value, record, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        return False if value is None else value

    def convert_to_export(self, value, record):
        return "" if value is None or value is False else value

    def filter_function(self, records, field_expr, operator, value):
        """To Python no time is the same as none at all; here, as in SQL, it is not."""
        if operator != "in":
            return super().filter_function(records, field_expr, operator, value)
        getter = self.expression_getter(field_expr)
        wanted = {None if hours is False else hours for hours in value}
        return lambda record: (None if (hours := getter(record)) is False else hours) in wanted


class Percentage(Duration):
    """Percent of something; empty, also in the database, where there is nothing to count."""


class WholeNumber(fields.Integer):
    """A whole number that is empty where there is nothing to count: ``False`` is not ``0``."""

    falsy_value = None

    def convert_to_cache(self, value, record, validate=True):
        if value is None or value is False:
            return None
        return super().convert_to_cache(value, record, validate)

    def convert_to_record(self, value, record):
        return False if value is None else value

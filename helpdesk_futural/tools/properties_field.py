from odoo import fields


class SparseProperties(fields.Properties):
    """Properties that few of the records' containers define: those are asked, not each record."""

    def convert_to_read_multi(self, values, records, use_display_name=True):
        containers = records[self.definition_record]
        # sudo: as core; whether there are any definitions
        if not any(containers.sudo().mapped(self.definition_record_field)):
            return [[] for _value in values]
        return super().convert_to_read_multi(values, records, use_display_name)

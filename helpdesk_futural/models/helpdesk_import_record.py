from odoo import fields, models


class HelpdeskImportRecord(models.Model):
    """What was brought from another helpdesk, so that nothing is brought twice.

    The row stays when the record is deleted here: what somebody removed doesn't come back.
    """

    _name = "helpdesk.import.record"
    _description = "Record Brought From Another Helpdesk"
    _order = "id"

    source = fields.Char(required=True, help="The database that the record is from.")
    kind = fields.Char(required=True, help="The table that it was in there.")
    source_key = fields.Char(required=True, help="Its id there.")
    res_model = fields.Char(required=True)
    res_id = fields.Many2oneReference(model_field="res_model", required=True)
    brought = fields.Json(
        help="What was written here, to tell apart what changed there and what changed here.",
    )

    _source_uniq = models.Constraint(
        "UNIQUE (source, kind, source_key)", "This record was brought already."
    )

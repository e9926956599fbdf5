from odoo import Command, api, models
from odoo.exceptions import UserError

#: What a macro or "Update Tickets" may change and undo may bring back.
UNDOABLE = (
    "team_id",
    "stage_id",
    "user_id",
    "priority",
    "ticket_type_id",
    "severity_id",
    "waiting_on",
)


class HelpdeskTicketUndo(models.Model):
    """Changes to many tickets at once: what changed, said to the agent, and how to take it back."""

    _inherit = "helpdesk.ticket"

    def _get_undo_values(self):
        """Return ``{ticket: {field name: value}}`` as undo compares and restores them."""
        return {
            ticket: {
                **{name: self._to_undo_value(ticket[name]) for name in UNDOABLE},
                "tag_ids": tuple(sorted(ticket.tag_ids.ids)),
            }
            for ticket in self
        }

    @api.model
    def _to_undo_value(self, value):
        return value.id if isinstance(value, models.BaseModel) else value

    def _report_changes(self, title, before, sentences=()):
        """Return the client action that says what was done and offers to undo it.

        :param str title: for example the macro's name
        :param dict before: what ``_get_undo_values`` returned before
        :param sentences: what was done besides values, for example that customers were answered
        """
        groups = {}
        for ticket, after in self._get_undo_values().items():
            old = before[ticket]
            names = tuple(name for name in after if after[name] != old[name])
            if "stage_id" in names and "waiting_on" not in names:
                names += ("waiting_on",)  # going back to a stage would change it too
            if names:
                key = (names, tuple(old[n] for n in names), tuple(after[n] for n in names))
                groups.setdefault(key, []).append(ticket.id)
        changes = [
            {
                "ids": ids,
                "before": dict(zip(names, old, strict=True)),
                "after": dict(zip(names, new, strict=True)),
            }
            for (names, old, new), ids in groups.items()
        ]
        lines = [*sentences, *self._describe_changes(changes)]
        return {
            "type": "ir.actions.client",
            "tag": "helpdesk_ticket_changes",
            "params": {
                "title": title,
                "lines": lines or [self.env._("Nothing had to be changed.")],
                "changes": changes,
            },
        }

    @api.model
    def _describe_changes(self, changes):
        """Return one line per changed field, such as “Stage: Done (3 tickets)”."""
        counts = {}
        for change in changes:
            for name, value in change["after"].items():
                if name == "waiting_on":
                    continue  # follows from the stage or the answer
                if name == "tag_ids":
                    value = (value, change["before"][name])
                counts[name, value] = counts.get((name, value), 0) + len(change["ids"])
        total = len({id_ for change in changes for id_ in change["ids"]})
        lines = []
        for (name, value), count in counts.items():
            label = self._fields[name]._description_string(self.env)
            text = f"{label}: {self._describe_undo_value(name, value)}"
            if count != total or total > 1:
                text = self.env._("%(change)s (%(count)s tickets)", change=text, count=count)
            lines.append(text)
        return lines

    @api.model
    def _describe_undo_value(self, name, value):
        field = self._fields[name]
        if name == "tag_ids":
            after, before = (self.env["helpdesk.tag"].browse(ids) for ids in value)
            signed = [f"+{tag.name}" for tag in after - before]
            return ", ".join(signed + [f"−{tag.name}" for tag in before - after])
        if field.type == "selection":
            return dict(field._description_selection(self.env))[value]
        # sudo: names of what the agent has just set on tickets that they may write
        record = self.env[field.comodel_name].sudo().browse(value or [])
        return record.display_name or self.env._("none")

    @api.model
    def action_undo_changes(self, changes):
        """Take back what a macro or "Update Tickets" changed. Mails that were sent stay sent.

        What somebody has changed since stays as it is. No mail about the stage goes out.

        :param list changes: the ``changes`` of the client action ``helpdesk_ticket_changes``
        :return: the number of tickets on which something was restored
        :rtype: int
        :raises UserError: if ``changes`` holds anything but the fields that can be undone
        """
        restored = self.browse()
        for change in changes:
            before, after = dict(change["before"]), dict(change["after"])
            if before.keys() - {*UNDOABLE, "tag_ids"} or before.keys() != after.keys():
                raise UserError(self.env._("This can't be undone."))
            tickets = self.browse(change["ids"]).exists()
            tickets.check_access("write")
            commands = [
                *map(Command.unlink, set(after.get("tag_ids", ())) - {*before.get("tag_ids", ())}),
                *map(Command.link, set(before.pop("tag_ids", ())) - {*after.pop("tag_ids", ())}),
            ]
            for names, same in tickets.grouped(
                lambda t, after=after: tuple(
                    name for name in after if self._to_undo_value(t[name]) == after[name]
                )
            ).items():
                vals = {name: before[name] for name in names}
                if commands:
                    vals["tag_ids"] = commands
                if vals:
                    same._skip_stage_mails()
                    same.write(vals)
                    restored |= same
        return len(restored)

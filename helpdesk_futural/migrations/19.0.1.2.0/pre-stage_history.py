from odoo.tools.sql import column_exists, create_column


def migrate(cr, version):
    """Tell which stages the tickets were in, before the ORM would say: always in this one.

    From the changes that the chatter shows. Where it shows none, a ticket whose stage was changed
    is taken for new until then. A stage counts with its meaning of today.
    """
    if not column_exists(cr, "helpdesk_ticket", "stage_history"):
        create_column(cr, "helpdesk_ticket", "stage_history", "jsonb")
    cr.execute(
        """
        WITH move AS (
            SELECT message.res_id AS ticket_id, tracking.id, message.date AS since,
                   tracking.old_value_integer AS former_id, tracking.new_value_integer AS stage_id
              FROM mail_tracking_value tracking
              JOIN ir_model_fields field ON field.id = tracking.field_id
              JOIN mail_message message ON message.id = tracking.mail_message_id
             WHERE field.model = 'helpdesk.ticket' AND field.name = 'stage_id'
               AND message.model = 'helpdesk.ticket'
        ), first_move AS (
            SELECT DISTINCT ON (ticket_id) * FROM move ORDER BY ticket_id, since, id
        ), last_move AS (
            SELECT DISTINCT ON (ticket_id) * FROM move ORDER BY ticket_id, since DESC, id DESC
        ), visit AS (
            SELECT ticket_id, 1 AS step, id, stage_id, NULL AS state, since FROM move
             UNION ALL
            SELECT ticket.id, 0, 0, first_move.former_id, NULL, ticket.create_date
              FROM helpdesk_ticket ticket JOIN first_move ON first_move.ticket_id = ticket.id
             UNION ALL
            SELECT ticket.id, 0, 0, ticket.stage_id,
                   CASE WHEN ticket.date_last_stage_update
                             > ticket.create_date + interval '1 minute' THEN 'new' END,
                   ticket.create_date
              FROM helpdesk_ticket ticket
             WHERE NOT EXISTS (SELECT FROM move WHERE move.ticket_id = ticket.id)
             UNION ALL
            SELECT ticket.id, 2, 0, ticket.stage_id, NULL,
                   GREATEST(ticket.date_last_stage_update, last_move.since)
              FROM helpdesk_ticket ticket LEFT JOIN last_move ON last_move.ticket_id = ticket.id
             WHERE last_move.stage_id IS DISTINCT FROM ticket.stage_id
               AND (last_move.stage_id IS NOT NULL OR ticket.date_last_stage_update
                    > ticket.create_date + interval '1 minute')
        )
        UPDATE helpdesk_ticket
           SET stage_history = told.history
          FROM (
                SELECT visit.ticket_id,
                       jsonb_agg(
                           jsonb_build_array(
                               visit.stage_id,
                               COALESCE(visit.state, stage.state, 'in_progress'),
                               to_char(visit.since, 'YYYY-MM-DD HH24:MI:SS')
                           ) ORDER BY visit.step, visit.since, visit.id
                       ) AS history
                  FROM visit LEFT JOIN helpdesk_stage stage ON stage.id = visit.stage_id
                 GROUP BY visit.ticket_id
               ) told
         WHERE told.ticket_id = helpdesk_ticket.id AND helpdesk_ticket.stage_history IS NULL
        """
    )

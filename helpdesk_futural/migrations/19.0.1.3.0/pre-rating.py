from odoo.tools.sql import column_exists, create_column

COLUMNS = (
    ("rating_rating", "helpdesk_ticket_id", "int4"),
    ("helpdesk_ticket", "satisfaction", "varchar"),
    ("helpdesk_ticket", "satisfaction_score", "float8"),
    ("helpdesk_ticket", "rating_date", "timestamp"),
)


def migrate(cr, version):
    """Tell on tickets and ratings what customers said before.

    The ORM would do it one by one, and count all ratings as given today.
    """
    for table, column, kind in COLUMNS:
        if not column_exists(cr, table, column):
            create_column(cr, table, column, kind)
    cr.execute(
        """
        UPDATE rating_rating
           SET helpdesk_ticket_id = ticket.id
          FROM helpdesk_ticket ticket
         WHERE rating_rating.res_model = 'helpdesk.ticket' AND rating_rating.res_id = ticket.id
           AND rating_rating.helpdesk_ticket_id IS NULL
        """
    )
    # The stored last value of core misses ratings that were created as given.
    cr.execute(
        """
        UPDATE helpdesk_ticket
           SET rating_last_value = given.rating,
               satisfaction = CASE WHEN given.rating >= 4 THEN 'satisfied'
                                   WHEN given.rating >= 3 THEN 'okay'
                                   ELSE 'dissatisfied' END,
               satisfaction_score = CASE WHEN given.rating >= 4 THEN 100 ELSE 0 END,
               rating_date = given.first_date
          FROM (
                SELECT DISTINCT ON (res_id) res_id, rating,
                       MIN(COALESCE(rated_on, write_date)) OVER (PARTITION BY res_id) AS first_date
                  FROM rating_rating
                 WHERE res_model = 'helpdesk.ticket' AND consumed AND rating >= 1
                 ORDER BY res_id, write_date DESC, id DESC
               ) given
         WHERE given.res_id = helpdesk_ticket.id AND helpdesk_ticket.rating_date IS NULL
        """
    )

"""The pictures of the manual and of the addons' pages, taken of a demo database: see ``make docs``.

Each function shows one thing, and says in its decorator as whom and where. What time changes by
itself (dates, numbers that count days) differs between two runs; all else should not.
"""

from __future__ import annotations

import argparse
import json
import sys

from dev import chromium
from dev.console import Failure, exit_on_signals
from docs.camera import PICTURES, picture, take
from docs.demo_server import DemoServer

_PHONE = (390, 844)

# Agents --------------------------------------------------------------------------------------


@picture(
    "agent",
    "/odoo/action-helpdesk_futural.helpdesk_team_action_dashboard",
    size=(1280, 520),
    file="helpdesk_futural/static/description/overview.png",
)
def overview(page):
    page.see(".o_kanban_record", "Returns")


@picture("agent", "/odoo/action-helpdesk_futural.helpdesk_ticket_action_waiting_for_us")
def queue(page):
    page.see(".o_data_row")


@picture("agent", "/odoo/tickets", file="helpdesk_futural/static/description/kanban.png")
def kanban(page):
    page.see(".o_data_row")
    page.click(".o_switch_view.o_kanban")
    page.see(".o_kanban_record")


@picture(
    "agent",
    "/odoo/tickets/{helpdesk_futural.demo_ticket_shifted_label}",
    file="helpdesk_futural/static/description/ticket.png",
    size=(1400, 860),
)
def ticket(page):
    page.see(".o-mail-Message")
    page.see(".o_helpdesk_sla_badge")


@picture("agent", "/odoo/tickets/new", size=(1280, 640))
def new_ticket(page):
    page.write("[name=name] textarea", "The scale shows no price")
    page.write("[name=partner_name] input", "Elsa Salmi")
    page.write("[name=partner_email] input", "elsa.salmi@example.com")
    page.write("[name=description] .odoo-editor-editable", "Since the update of this morning.")


@picture("agent", "/odoo/tickets/{helpdesk_futural.demo_ticket_shifted_label}", size=(1400, 640))
def answer(page):
    page.click(".o-mail-Chatter-sendMessage")
    page.write(".o-mail-Composer-input", "Hi Oliver, this is the setting. Does it print well now?")
    page.see(".o_helpdesk_send_and_log")


@picture("agent", "/odoo/tickets/{helpdesk_futural.demo_ticket_scanner_beeps}", size=(1280, 700))
def articles(page):
    page.click(".o_helpdesk_articles_button")
    page.write("#helpdesk_articles_search", "scanner")
    page.see(".o_helpdesk_article_choice")


@picture("agent", "/odoo/tickets/{helpdesk_futural.demo_ticket_import_fails}", size=(1400, 520))
def macros(page):
    page.click(".o_helpdesk_macros")
    page.see(".o_helpdesk_macros_menu")


@picture(
    "agent",
    "/odoo/tickets/{helpdesk_futural.demo_ticket_sync_down}",
    size=(1400, 620),
    file="helpdesk_futural/static/description/deadlines.png",
)
def sla_badge(page):
    page.click(".o_helpdesk_sla_badge")
    page.see(".o_popover")


@picture("agent", "/odoo/tickets/{helpdesk_futural.demo_ticket_scanner_beeps}", size=(1100, 520))
def snooze(page):
    page.click("button[name=action_open_snooze]")
    page.see(".modal")


def _select(page, *subjects):
    for subject in subjects:
        page.see(".o_data_row", subject)
        page.run(
            "[...document.querySelectorAll('.o_data_row')]"
            f".find(row => row.textContent.includes({json.dumps(subject)}))"
            ".querySelector('.o_list_record_selector input').click()"
        )


@picture("agent", "/odoo/tickets", size=(1280, 620))
def update_many(page):
    _select(page, "Both price kiosks", "Item import stops", "Wrong label rolls")
    page.click("button[name=action_open_bulk]")
    page.see(".modal [name=action_apply]")


@picture("agent", "/odoo/tickets", size=(1280, 760))
def merge(page):
    _select(page, "Item import stops", "Six scanners")
    page.click(".o_cp_action_menus button", "Actions")
    page.click(".o-dropdown--menu .dropdown-item", "Merge")
    page.see(".modal [name=action_merge]")


@picture(
    "agent",
    "/odoo/tickets/{helpdesk_futural.demo_ticket_slow_counts}",
    file="helpdesk_futural_timesheet/static/description/hours.png",
    size=(1400, 760),
)
def hours(page):
    page.click(".o_notebook a[name=timesheets]")
    page.see("[name=timesheet_ids] .o_data_row")


@picture("agent", "/odoo/tickets/{helpdesk_futural.demo_ticket_slow_counts}", size=(1100, 520))
def log_time(page):
    page.click("button[name=action_log_time]")
    page.write(".modal [name=description] input", "Compared the two counts by phone")
    page.see(".modal [name=action_generate_timesheet]")


@picture("agent", "/odoo/res.partner/{helpdesk_futural.demo_partner_hiisivirta}")
def customer_card(page):
    page.click(".o_notebook a[name=tickets]")
    page.see("[name=organisation_ticket_ids] .o_data_row")


# Customers -----------------------------------------------------------------------------------


@picture(
    "customer",
    "/my/tickets",
    size=(1280, 760),
    file="helpdesk_futural_portal/static/description/tickets.png",
)
def portal_list(page):
    page.see("table")


@picture(
    "customer",
    "/my/ticket/{helpdesk_futural.demo_ticket_user_rights}",
    file="helpdesk_futural_portal/static/description/ticket.png",
    size=(1280, 900),
)
def portal_ticket(page):
    page.run("new Promise(done => setTimeout(done, 3000))")  # the conversation, in its shadow


@picture("customer", "/my/ticket/new", size=(1280, 1000))
def portal_new(page):
    page.write("input[name=title]", "The scale shows no price")
    page.write("textarea[name=description]", "I weighed apples. The display stays at 0.00 €.")


@picture(
    "customer",
    "/my/tickets",
    size=_PHONE,
    file="helpdesk_futural_portal/static/description/phone.png",
)
def portal_phone(page):
    page.see("a", "New Ticket")


@picture(
    "customer",
    "/helpdesk/articles",
    size=(1280, 900),
    file="helpdesk_futural_portal/static/description/articles.png",
)
def help_pages(page):
    page.see(".o_helpdesk_article_search")


@picture(
    "customer",
    "/helpdesk/articles/pairing-{helpdesk_futural_portal.demo_article_pairing}",
    size=(1280, 760),
)
def article(page):
    page.see(".o_helpdesk_article_body")


@picture("", "/helpdesk/{form}", size=(1280, 1050))
def web_form(page):
    page.see("form")


@picture("", "/rate/{rating}/5", size=(1000, 640))
def rating(page):
    page.see("form")


# Administrators ------------------------------------------------------------------------------


@picture("admin", "/odoo/helpdesk.team/{helpdesk_futural.team_default}", size=(1280, 900))
def team(page):
    page.see("[name=stage_ids] .o_data_row")


@picture("admin", "/odoo/helpdesk.team/{helpdesk_futural.team_default}", size=(1280, 760))
def mailbox(page):
    page.click(".o_notebook a[name=mailboxes]")
    page.click(
        "[name=mailbox_ids] .o-kanban-button-new, [name=mailbox_ids] button", "Add a Mailbox"
    )
    page.see(".modal [name=server]")


@picture("admin", "/odoo/helpdesk.team/{helpdesk_futural.team_default}")
def team_answers(page):
    page.click(".o_notebook a[name=lifecycle]")
    page.see("[name=customer_reply_stage_id]")
    page.run("document.querySelector('.o_notebook').scrollIntoView()")


@picture(
    "admin",
    "/odoo/helpdesk.team/{helpdesk_futural.team_default}",
    file="helpdesk_futural_timesheet/static/description/team.png",
)
def team_billing(page):
    page.click(".o_notebook a[name=timesheet]")
    page.see("[name=timesheet_rounding]")
    page.run("document.querySelector('.o_notebook').scrollIntoView()")


@picture("admin", "/odoo/action-helpdesk_futural.helpdesk_stage_action", size=(1280, 460))
def stages(page):
    page.see(".o_data_row", "Cancelled")


@picture("admin", "/odoo/helpdesk.sla/{helpdesk_futural.demo_sla_bugs}", size=(1280, 860))
def sla_policy(page):
    page.see("[name=matching_ticket_ids]")


@picture(
    "admin", "/odoo/helpdesk.macro/{helpdesk_futural.demo_macro_serial_number}", size=(1280, 640)
)
def macro(page):
    page.see("[name=send_mode]")


@picture("admin", "/odoo/helpdesk-incoming-mail", size=(1280, 420))
def incoming_mail(page):
    page.click(".o_searchview_facet .o_facet_remove")
    page.see(".o_data_row")


@picture("admin", "/odoo/res.partner/{helpdesk_futural.demo_partner_petri}", size=(1280, 640))
def portal_access(page):
    page.click(".o_cp_action_menus button")
    page.click(".o-dropdown--menu .dropdown-item", "Grant portal access")
    page.see(".modal .o_data_row")


@picture(
    "admin",
    "/odoo/action-helpdesk_futural_timesheet.account_analytic_line_action_not_invoiced",
    size=(1280, 620),
    file="helpdesk_futural_timesheet/static/description/not_invoiced.png",
)
def not_invoiced(page):
    page.click(".o_group_header", "Skarvdal")
    page.see(".o_data_row")


@picture(
    "admin",
    "/odoo/action-helpdesk_futural.helpdesk_dashboard_action",
    size=(1400, 1000),
    file="helpdesk_futural/static/description/dashboard.png",
)
def dashboard(page):
    page.see(".o_helpdesk_dashboard canvas")


@picture("admin", "/web/health?{digest}", size=(760, 1045))
def digest(page):
    # Odoo lets a file that it serves have no style of its own.
    page.run(
        "fetch(`/web/content/${location.search.slice(1)}`).then(file => file.text()).then(html => {"
        " document.open(); document.write(html); document.close(); })"
    )
    page.see("table", "Tickets Opened")


@picture(
    "admin", "/odoo/action-helpdesk_futural.helpdesk_sla_status_action_analysis", size=(1280, 480)
)
def sla_analysis(page):
    page.see(".o_pivot, .o_graph_renderer")


def main() -> int:
    """Take all pictures, or those named."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("database")
    parser.add_argument("names", nargs="*", help="pictures to take; without any, all")
    arguments = parser.parse_args()
    exit_on_signals()
    wanted = [PICTURES[name] for name in arguments.names] or list(PICTURES.values())
    demo = DemoServer(arguments.url, arguments.database)
    values = demo.prepare()
    failed = []
    with chromium.opened(arguments.url) as page:
        for each in wanted:
            try:
                take(page, each, demo.sessions[each.login], values)
            except Failure as failure:
                failed.append(each.name)
                print(f"✗ {each.name}: {failure}", file=sys.stderr, flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())

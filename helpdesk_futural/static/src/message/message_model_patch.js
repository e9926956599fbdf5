import { Message } from "@mail/core/common/message_model";
import { fields } from "@mail/core/common/record";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

/** @param {[string, string][]} people names and addresses, either may be missing */
function formatPeople(people) {
    return people.map(([name, email]) => name || email).join(", ");
}

/** The marks on a ticket's message; the server sends what they say of tickets only. */
patch(Message.prototype, {
    setup() {
        super.setup(...arguments);
        /** @type {false|"robot"|"outsider"} */
        this.helpdesk_sender = fields.Attr(false);
        /** @type {false|string} */
        this.helpdesk_warning = fields.Attr(false);
        /** @type {boolean} */
        this.helpdesk_is_customer = fields.Attr(false);
    },

    /** @returns {{name: string, icon: string, color: string, text: string, title: string}[]} */
    get helpdeskMarks() {
        const marks = [];
        if (this.helpdesk_is_customer) {
            marks.push({
                name: "customer",
                icon: "fa-user",
                color: "text-bg-info",
                text: _t("Customer"),
                title: _t("Written by the customer or another person outside"),
            });
        }
        if (this.helpdesk_sender === "robot") {
            marks.push({
                name: "robot",
                icon: "fa-cog",
                color: "text-bg-secondary",
                text: _t("Automatic"),
                title: _t("Sent by a machine: the ticket's stage and times stay as they are"),
            });
        }
        if (this.helpdesk_sender === "outsider") {
            marks.push({
                name: "outsider",
                icon: "fa-user-times",
                color: "text-bg-warning",
                text: _t("Not a participant"),
                title: _t("The sender takes no part in the ticket: only agents see this message"),
            });
        }
        if (this.helpdesk_warning) {
            marks.push({
                name: "warning",
                icon: "fa-exclamation-triangle",
                color: "text-bg-danger",
                text: _t("Sender not verified"),
                title: this.helpdesk_warning,
            });
        }
        return marks;
    },

    /**
     * Who else got a ticket's mail. The one address in "To" is the team's, which says nothing.
     *
     * @returns {{name: string, label: string, people: string, title: string}[]}
     */
    get helpdeskRecipients() {
        if (this.thread?.model !== "helpdesk.ticket") {
            return [];
        }
        const to = this.incoming_email_to || [];
        const cc = this.incoming_email_cc || [];
        return [
            { name: "to", label: _t("To:"), list: to.length > 1 ? to : [] },
            { name: "cc", label: _t("CC:"), list: cc },
        ]
            .filter(({ list }) => list.length)
            .map(({ name, label, list }) => ({
                name,
                label,
                people: formatPeople(list),
                title: list.map((pair) => pair.filter(Boolean).join(" – ")).join("\n"),
            }));
    },
});

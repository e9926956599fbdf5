import { Composer } from "@mail/core/common/composer";
import { Thread } from "@mail/core/common/thread_model";
import { fields } from "@mail/core/common/record";
import { _t } from "@web/core/l10n/translation";
import { patch } from "@web/core/utils/patch";

patch(Thread.prototype, {
    setup() {
        super.setup(...arguments);
        /** @type {boolean} Whether one logs time on this thread, which is a ticket then. */
        this.helpdesk_can_log_time = fields.Attr(false);
    },
});

/** Beside "Send" on a ticket: send, and log the time that it took. */
patch(Composer.prototype, {
    get helpdeskCanLogTime() {
        return (
            this.env.inChatter &&
            this.thread?.model === "helpdesk.ticket" &&
            this.thread.helpdesk_can_log_time
        );
    },

    get helpdeskSendAndLogText() {
        return this.props.type === "note" ? _t("Log with Time") : _t("Send and Log Time");
    },

    async helpdeskSendAndLog() {
        // Sending closes the composer: what comes afterwards is kept here.
        const { action, orm } = this.env.services;
        const reload = this.props.onCloseFullComposerCallback;
        const ticketId = this.thread.id;
        this.helpdeskSentMessage = undefined;
        await this.sendMessage();
        const message = this.helpdeskSentMessage;
        if (!message) {
            return; // not sent: somebody's address is missing
        }
        const dialog = await orm.call("helpdesk.ticket", "action_log_answer_time", [
            [ticketId],
            message.id,
        ]);
        await action.doAction(dialog, { onClose: () => reload?.(false) });
    },

    async _sendMessage() {
        this.helpdeskSentMessage = await super._sendMessage(...arguments);
        return this.helpdeskSentMessage;
    },
});

import { Component, useEffect, useState } from "@odoo/owl";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { useService } from "@web/core/utils/hooks";
import { imageUrl } from "@web/core/utils/urls";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

import { describeViewers } from "./presence_text";
import { PresenceWarnings } from "./presence_warnings";

const MAX_AVATARS = 4;

/** Above a ticket's form: who else has it open. */
export class TicketPresence extends Component {
    static template = "helpdesk_futural.TicketPresence";
    static components = { PresenceWarnings };
    static props = { ...standardWidgetProps };

    setup() {
        this.presence = useService("helpdesk_presence");
        this.store = useService("mail.store");
        this.notification = useService("notification");
        this.state = useState({ room: null });
        useEffect(
            (ticketId) => {
                // A new ticket is nobody else's yet.
                const room = ticketId ? this.presence.enter(ticketId) : null;
                this.state.room = room;
                if (room) {
                    room.reload = () => this.reload();
                }
                return () => {
                    this.state.room = null;
                    if (room) {
                        this.presence.leave(room);
                    }
                };
            },
            () => [this.props.record.resId]
        );
        useEffect(
            (event) => {
                if (["answered", "noted", "wrote"].includes(event)) {
                    this.fetchMessages();
                }
            },
            () => {
                const event = this.state.room?.events[0];
                return [event?.event, event?.at];
            }
        );
    }

    get people() {
        return this.state.room?.people || [];
    }

    get viewers() {
        return this.people.length ? describeViewers(this.people) : "";
    }

    get avatars() {
        return this.people.slice(0, MAX_AVATARS).map(({ userId, name }) => ({
            userId,
            name,
            url: imageUrl("res.users", userId, "avatar_128"),
        }));
    }

    /** The conversation is not kept up to date by core; what is being written stays. */
    fetchMessages() {
        const { resId: id, resModel: model } = this.props.record;
        const thread = this.store.Thread.get({ model, id });
        if (thread?.isLoaded) {
            thread.fetchNewMessages();
        }
    }

    async reload() {
        const { record } = this.props;
        if (await record.isDirty()) {
            this.notification.add(
                _t("Save or discard your own changes first. Then you see the others' as well."),
                { type: "warning" }
            );
            return;
        }
        await record.load();
        this.fetchMessages();
        if (this.state.room) {
            this.state.room.events = [];
        }
    }
}

registry.category("view_widgets").add("helpdesk_presence", { component: TicketPresence });

import { Component, onWillUnmount, useEffect, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { _t } from "@web/core/l10n/translation";

import { describeEvent, describeWriters } from "./presence_text";

const { DateTime } = luxon;
const REFRESH = 10000;

/** Who writes on the ticket right now, and what somebody did to it while it was open here. */
export class PresenceWarnings extends Component {
    static template = "helpdesk_futural.PresenceWarnings";
    static props = { room: Object };

    setup() {
        this.room = useState(this.props.room);
        this.state = useState({ now: Date.now() });
        useEffect(
            (hasEvents) => {
                this.state.now = Date.now();
                if (hasEvents) {
                    this.timer = browser.setInterval(() => {
                        this.state.now = Date.now();
                    }, REFRESH);
                }
                return () => browser.clearInterval(this.timer);
            },
            () => [this.room.events.length > 0]
        );
        onWillUnmount(() => browser.clearInterval(this.timer));
    }

    get writers() {
        const { writers, drafting } = this.room;
        return writers.length ? describeWriters(writers, drafting) : "";
    }

    /** The events, with their age; without it, for who listens: it changes all the time. */
    get events() {
        return this.room.events.map((event) => {
            const text = describeEvent(event);
            const at = DateTime.fromMillis(Math.min(event.at, this.state.now - 1000));
            return {
                key: event.key,
                text,
                full: _t("%(event)s %(ago)s", { event: text, ago: at.toRelative() }),
            };
        });
    }

    get spoken() {
        return [this.writers, ...this.events.map(({ text }) => text)].filter(Boolean).join(". ");
    }

    dismiss() {
        this.room.events = [];
    }
}

import { Composer } from "@mail/core/common/composer";
import { onMounted, onWillUnmount, useEffect, useState } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { patch } from "@web/core/utils/patch";

import { describeEvent, describeWriters } from "./presence_text";
import { PresenceWarnings } from "./presence_warnings";

const LOOK_EVERY = 5000;

patch(Composer, {
    components: { ...Composer.components, PresenceWarnings },
});

/** While one writes on a ticket the others see it, and one sees what they do. */
patch(Composer.prototype, {
    setup() {
        super.setup();
        const { helpdesk_presence: presence } = this.env.services;
        const { thread, message } = this.props.composer;
        // Also loaded where there are no tickets, and used to edit what was sent.
        if (!presence || message || thread?.model !== "helpdesk.ticket" || !thread.id) {
            return;
        }
        this.helpdeskPresence = presence;
        const room = presence.enter(thread.id);
        this.helpdeskRoom = useState(room);
        onMounted(() => room.composers++);
        onWillUnmount(() => {
            room.composers--;
            room.drafting = false;
            presence.stop(room);
            presence.leave(room);
        });
        useEffect(
            (text) => {
                room.drafting = Boolean(text?.trim());
                if (!room.drafting) {
                    presence.stop(room);
                }
            },
            () => [this.props.composer.composerText]
        );
        useEffect(
            (isOpen) => {
                if (isOpen) {
                    return this.watchFullComposer();
                }
            },
            () => [this.state.isFullComposerOpen]
        );
        useEffect(
            (isOpen, ...news) => {
                const text = news.filter(Boolean).join(". ");
                if (isOpen && text) {
                    // The dialog covers what stands above the composer.
                    this.env.services.notification.add(text, { type: "warning" });
                }
            },
            () => {
                const { writers, events } = this.helpdeskRoom;
                return [
                    this.state.isFullComposerOpen,
                    writers.length ? describeWriters(writers, true) : "",
                    events.length ? describeEvent(events[0]) : "",
                ];
            }
        );
    },

    onInput(ev) {
        super.onInput(ev);
        if (this.helpdeskRoom && this.props.composer.composerText) {
            this.announceWriting();
        }
    },

    announceWriting() {
        const status = this.props.type === "note" ? "noting" : "answering";
        this.helpdeskPresence.write(this.helpdeskRoom, status);
    },

    /** What is typed into the full composer can't be seen from here, only that something is. */
    watchFullComposer() {
        const look = () => {
            if (this.env.services.presence.getInactivityPeriod() < LOOK_EVERY) {
                this.announceWriting();
            }
        };
        look();
        const timer = browser.setInterval(look, LOOK_EVERY);
        return () => browser.clearInterval(timer);
    },
});

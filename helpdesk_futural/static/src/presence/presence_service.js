import { reactive, toRaw } from "@odoo/owl";
import { browser } from "@web/core/browser/browser";
import { registry } from "@web/core/registry";
import { user } from "@web/core/user";

import { PresenceRoom } from "./presence_room";

const TICK = 2000; // to forget what is over; nothing is sent for it
const HEARTBEAT = 45000;
const REPEAT = 8000;
const STOP_AFTER = 12000;
const HIDDEN_FOR = 60000;
const IDLE_FOR = 600000;
// A tab beside another one at the same ticket is let in by no message of the server's.
const ASK_AFTER = 1500;

/**
 * Who else is at the tickets that this tab has open.
 *
 * To listen to a ticket's channel is to be there: the server tells the others who comes and goes,
 * and each of them answers the newcomer. Sent from here is only what the server can't see. Without
 * a connection nobody is known, and nothing is sent or complained about.
 */
export const presenceService = {
    dependencies: ["bus_service", "presence"],

    start(env, { bus_service: bus, presence }) {
        /** @type {Map<number, PresenceRoom>} */
        const rooms = new Map();
        const timers = new WeakMap();
        let ticking;
        let hiddenSince = 0;
        let isConnected = bus.workerState === "CONNECTED";

        const isHidden = () => document.visibilityState === "hidden";

        function isHere() {
            const hidden = hiddenSince && Date.now() - hiddenSince > HIDDEN_FOR;
            return !hidden && presence.getInactivityPeriod() < IDLE_FOR;
        }

        function send(room, status, ask = false) {
            if (!isConnected || !room.isListening) {
                return;
            }
            room.lastSent = Date.now();
            bus.send("helpdesk_presence", { ticket_id: room.ticketId, status, ask });
        }

        const sayHere = (room, ask) => send(room, room.writing || "viewing", ask);

        function listen(room) {
            // A tab that was opened in the background is at the ticket when somebody looks at it.
            if (room.isListening || isHidden()) {
                return;
            }
            room.isListening = true;
            bus.addChannel(`helpdesk.ticket_${room.ticketId}`);
            browser.setTimeout(() => {
                if (room.guests && !room.enteredAt) {
                    sayHere(room, true);
                }
            }, ASK_AFTER);
        }

        /** Tell the others if I am not there any more, or again. */
        function checkAway(room) {
            const isAway = !isHere();
            if (room.isListening && room.isAway !== isAway) {
                room.isAway = isAway;
                if (isAway) {
                    stopWriting(room);
                    send(room, "away");
                } else {
                    sayHere(room, true);
                }
            }
        }

        function checkAll() {
            for (const room of rooms.values()) {
                listen(room);
                checkAway(room);
            }
        }

        function tick() {
            const now = Date.now();
            for (const room of rooms.values()) {
                room.expire(now);
                checkAway(room);
                const isAlone = !Object.keys(room.others).length;
                if (!room.isAway && !isAlone && now - room.lastSent >= HEARTBEAT) {
                    sayHere(room);
                }
            }
        }

        function stopWriting(room) {
            browser.clearTimeout(timers.get(toRaw(room)));
            if (room.writing) {
                room.writing = false;
                send(room, "viewing");
            }
        }

        bus.subscribe("helpdesk.ticket/presence", (payload, { id }) => {
            const room = rooms.get(payload.ticket_id);
            if (!room) {
                return;
            }
            if (payload.user_id === user.userId) {
                // I, in this browser or in another one.
                if (payload.ask) {
                    room.enter(id);
                }
                if (room.isAway ? payload.ask : payload.status === "away") {
                    room.isAway ? send(room, "away") : sayHere(room);
                }
                return;
            }
            room.hear(payload, Date.now());
            if (payload.ask && !room.isAway) {
                sayHere(room);
            }
        });
        bus.subscribe("helpdesk.ticket/event", (payload) => {
            const room = rooms.get(payload.ticket_id);
            if (room && payload.user_id !== user.userId) {
                room.learn(payload, Date.now());
            }
        });
        bus.addEventListener("BUS:WORKER_STATE_UPDATED", ({ detail: state }) => {
            isConnected = state === "CONNECTED";
        });
        bus.addEventListener("BUS:DISCONNECT", () => {
            // What is sent now would be delivered when it is not true any more.
            isConnected = false;
            rooms.forEach((room) => (room.others = {}));
        });
        document.addEventListener("visibilitychange", () => {
            hiddenSince = isHidden() ? Date.now() : 0;
            checkAll();
        });
        presence.bus.addEventListener("presence", checkAll);
        // The server notices that a browser is closed, but waits whether it comes back.
        browser.addEventListener("pagehide", () => {
            rooms.forEach((room) => send(room, "away"));
        });

        return {
            /**
             * Be at a ticket, until {@link leave}.
             *
             * @param {number} ticketId
             * @returns {PresenceRoom} reactive
             */
            enter(ticketId) {
                let room = rooms.get(ticketId);
                if (!room) {
                    room = reactive(new PresenceRoom(ticketId, user.userId));
                    rooms.set(ticketId, room);
                    listen(room);
                }
                room.guests++;
                ticking ||= browser.setInterval(tick, TICK);
                return room;
            },

            /** @param {PresenceRoom} room */
            leave(room) {
                room.guests--;
                if (room.guests) {
                    return;
                }
                browser.clearTimeout(timers.get(toRaw(room)));
                rooms.delete(room.ticketId);
                if (room.isListening) {
                    bus.deleteChannel(`helpdesk.ticket_${room.ticketId}`);
                }
                if (!rooms.size) {
                    browser.clearInterval(ticking);
                    ticking = undefined;
                }
            },

            /**
             * Tell the others that I write; to be called as often as one likes.
             *
             * @param {PresenceRoom} room
             * @param {"answering"|"noting"} status
             */
            write(room, status) {
                if (room.writing !== status || Date.now() - room.lastSent > REPEAT) {
                    room.writing = status;
                    send(room, status);
                }
                browser.clearTimeout(timers.get(toRaw(room)));
                timers.set(
                    toRaw(room),
                    browser.setTimeout(() => stopWriting(room), STOP_AFTER)
                );
            },

            /**
             * Tell the others that what I wrote is sent or thrown away.
             *
             * @param {PresenceRoom} room
             */
            stop: stopWriting,
        };
    },
};

registry.category("services").add("helpdesk_presence", presenceService);

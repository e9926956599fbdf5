/** How long what somebody said of themselves stays true (in milliseconds). */
export const VALID = {
    viewing: 120000, // they repeat it every HEARTBEAT while somebody else is there
    writing: 20000, // they repeat it every REPEAT while they write
    lost: 4000, // a lost connection comes back within seconds, or not at all
    event: 600000,
};

/** What is worth more to know, when somebody did several things at once. */
const RANK = ["changed", "moved", "assigned", "noted", "took", "wrote", "answered"];
const TOGETHER = 5000;

/**
 * What one browser tab knows of the others at one ticket.
 *
 * Others are known by their connection, since a person may use two browsers; people are shown
 * once. Nothing here talks to the server, see presence_service.js.
 */
export class PresenceRoom {
    constructor(ticketId, ownUserId) {
        this.ticketId = ticketId;
        this.ownUserId = ownUserId;
        /** Widgets that show the ticket; composers that have taken over showing the warnings. */
        this.guests = 0;
        this.composers = 0;
        /** Whether I wrote something that is not sent yet. */
        this.drafting = false;
        /** @type {false|"answering"|"noting"} what the others think that I'm doing */
        this.writing = false;
        this.lastSent = 0;
        /** @type {undefined|Function} shows what others changed; the form's widget knows how */
        this.reload = undefined;
        this.isListening = false;
        this.isAway = false;
        /** The number of the message with which I came in: what is older is no news. */
        this.enteredAt = 0;
        /** @type {Object<string, {userId: number, name: string, until: number, writing: false|string, writingUntil: number}>} */
        this.others = {};
        /** @type {{key: string, userId: number|false, name: string, event: string, at: number}[]} */
        this.events = [];
    }

    /** @returns {{userId: number, name: string, writing: false|"answering"|"noting"}[]} */
    get people() {
        const people = new Map();
        for (const { userId, name, writing } of Object.values(this.others)) {
            const known = people.get(userId);
            if (!known || (writing && !known.writing)) {
                people.set(userId, { userId, name, writing });
            }
        }
        return [...people.values()];
    }

    get writers() {
        return this.people.filter(({ writing }) => writing);
    }

    /** Note that I am in: what came before may be from yesterday. */
    enter(id) {
        if (!this.enteredAt) {
            this.enteredAt = id;
            this.others = {};
            this.events = [];
        }
    }

    /** Note what another browser said of itself. */
    hear({ connection, user_id, name, status }, now) {
        if (status === "gone" || status === "away") {
            delete this.others[connection];
            return;
        }
        const known = this.others[connection];
        if (status === "lost") {
            if (known) {
                known.until = now + VALID.lost;
            }
            return;
        }
        const writing = status !== "viewing" && status;
        this.others[connection] = {
            userId: user_id,
            name,
            until: now + VALID.viewing,
            writing,
            writingUntil: now + VALID.writing,
        };
    }

    /** Note what somebody did to the ticket. */
    learn({ user_id, name, event }, now) {
        if (event === "answered" || event === "noted") {
            for (const other of Object.values(this.others)) {
                if (other.userId === user_id) {
                    other.writing = false;
                }
            }
        }
        const key = user_id || name;
        const known = this.events.find((e) => e.key === key);
        const isLess = known && RANK.indexOf(event) < RANK.indexOf(known.event);
        if (isLess && now - known.at < TOGETHER) {
            return;
        }
        this.events = [
            { key, userId: user_id, name, event, at: now },
            ...this.events.filter((e) => e !== known),
        ].slice(0, 3);
    }

    /** Forget what is not true any more. */
    expire(now) {
        for (const [connection, other] of Object.entries(this.others)) {
            if (other.until < now) {
                delete this.others[connection];
            } else if (other.writing && other.writingUntil < now) {
                other.writing = false;
            }
        }
        if (this.events.some(({ at }) => at + VALID.event < now)) {
            this.events = this.events.filter(({ at }) => at + VALID.event >= now);
        }
    }
}

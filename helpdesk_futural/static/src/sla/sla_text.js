import { _t } from "@web/core/l10n/translation";
import { deserializeDateTime, toLocaleDateTimeString } from "@web/core/l10n/dates";

const { DateTime } = luxon;

/**
 * What a clock can be like. The icon and the word say it; the colour only underlines.
 */
const LOOKS = {
    running: { icon: "fa-clock-o", color: "info", word: _t("Due") },
    soon: { icon: "fa-hourglass-half", color: "warning", word: _t("Due soon") },
    overdue: { icon: "fa-exclamation-triangle", color: "danger", word: _t("Overdue") },
    paused: { icon: "fa-pause-circle-o", color: "muted", word: _t("Paused") },
    met: { icon: "fa-check-circle", color: "success", word: _t("Met") },
    late: { icon: "fa-exclamation-circle", color: "danger", word: _t("Met late") },
    failed: { icon: "fa-times-circle", color: "danger", word: _t("Missed") },
};

/**
 * @param {number} hours e.g. 2.1666
 * @returns {string} e.g. "2 h 10 min"
 */
export function formatHours(hours) {
    const total = Math.round(Math.abs(hours) * 60);
    const values = { hours: Math.floor(total / 60), minutes: total % 60 };
    if (!values.hours) {
        return _t("%(minutes)s min", values);
    }
    return values.minutes ? _t("%(hours)s h %(minutes)s min", values) : _t("%(hours)s h", values);
}

/** @param {string | luxon.DateTime} moment in UTC if it is a string; @returns {string} in the user's time zone */
export function formatMoment(moment) {
    const value = typeof moment === "string" ? deserializeDateTime(moment) : moment;
    return toLocaleDateTimeString(value);
}

function getState(badge, now) {
    if (badge.reached) {
        return badge.late ? "late" : "met";
    }
    if (badge.ended) {
        return "failed";
    }
    if (!badge.deadline) {
        return "paused";
    }
    if (deserializeDateTime(badge.deadline) < now) {
        return "overdue";
    }
    return badge.warning && deserializeDateTime(badge.warning) <= now ? "soon" : "running";
}

function getDetail(badge, state) {
    switch (state) {
        case "met":
            return _t("on %s", formatMoment(badge.reached));
        case "late":
            return _t("on %(date)s, %(hours)s of working time too late", {
                date: formatMoment(badge.reached),
                hours: formatHours(badge.exceeded_hours),
            });
        case "failed":
            return _t("ended on %s without being met", formatMoment(badge.ended));
        case "overdue":
            return _t("since %(date)s, for %(hours)s of working time", {
                date: formatMoment(badge.deadline),
                hours: formatHours(badge.remaining_hours),
            });
        case "paused":
            return badge.paused
                ? _t("%s of working time left", formatHours(badge.remaining_hours))
                : _t("no working time ahead in the team's calendar");
        default:
            return _t("%(date)s, in %(hours)s of working time", {
                date: formatMoment(badge.deadline),
                hours: formatHours(badge.remaining_hours),
            });
    }
}

/**
 * @param {object} badge as the field `sla_badges` has it
 * @returns {{ state: string, icon: string, color: string, word: string, detail: string }}
 */
export function describeBadge(badge, now = DateTime.now()) {
    const state = getState(badge, now);
    return { state, ...LOOKS[state], detail: getDetail(badge, state) };
}

/**
 * @param {luxon.DateTime} deadline
 * @param {boolean} isSoon
 */
export function describeDeadline(deadline, isSoon, now = DateTime.now()) {
    const state = deadline < now ? "overdue" : isSoon ? "soon" : "running";
    return { state, ...LOOKS[state], detail: deadline.toRelative({ base: now }) };
}

/**
 * @param {{ event: string, datetime: string, stage: string | false, hours: number }} step
 * @returns {{ icon: string, text: string, detail: string }} what happened, and for how long before
 */
export function describeStep(step, badge) {
    const hours = formatHours(step.hours);
    const ran = step.hours ? _t("after %s of working time", hours) : "";
    switch (step.event) {
        case "started":
            return { icon: "fa-play", text: _t("Started"), detail: "" };
        case "paused":
            return {
                icon: "fa-pause",
                text: step.stage ? _t("Paused by the stage “%s”", step.stage) : _t("Paused"),
                detail: ran,
            };
        case "resumed":
            return {
                icon: "fa-play",
                text: step.stage ? _t("Resumed by the stage “%s”", step.stage) : _t("Resumed"),
                detail: _t("stood still for %s of working time", hours),
            };
        case "missed":
            return { icon: "fa-exclamation-triangle", text: _t("Deadline missed"), detail: ran };
        case "met":
            return {
                icon: badge.late ? "fa-exclamation-circle" : "fa-check",
                text: badge.late ? _t("Met, too late") : _t("Met"),
                detail: ran,
            };
        default:
            return { icon: "fa-stop", text: _t("Ended without being met"), detail: ran };
    }
}

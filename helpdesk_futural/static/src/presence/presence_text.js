import { _t } from "@web/core/l10n/translation";

/** @param {{name: string}[]} people one or more */
function namesOf(people) {
    const [first, second] = people.map(({ name }) => name);
    if (people.length === 1) {
        return first;
    }
    if (people.length === 2) {
        return _t("%(first)s and %(second)s", { first, second });
    }
    return _t("%(first)s, %(second)s and %(count)s more", {
        first,
        second,
        count: people.length - 2,
    });
}

/** Say who has the ticket open. */
export function describeViewers(people) {
    return people.length === 1
        ? _t("%s is viewing this ticket", namesOf(people))
        : _t("%s are viewing this ticket", namesOf(people));
}

/**
 * Say who writes, more urgently if I write as well.
 *
 * @param {{name: string, writing: "answering"|"noting"}[]} people
 * @param {boolean} drafting
 */
export function describeWriters(people, drafting) {
    const names = namesOf(people);
    if (people.length > 1) {
        return drafting
            ? _t("Careful: %s are writing as well", names)
            : _t("%s are writing…", names);
    }
    if (people[0].writing === "noting") {
        return drafting
            ? _t("Careful: %s is writing a note as well", names)
            : _t("%s is writing a note…", names);
    }
    return drafting
        ? _t("Careful: %s is writing an answer as well", names)
        : _t("%s is writing an answer…", names);
}

/** Say what somebody did to the ticket. */
export function describeEvent({ event, name }) {
    switch (event) {
        case "answered":
            return _t("%s answered", name);
        case "noted":
            return _t("%s wrote a note", name);
        case "wrote":
            return name ? _t("%s wrote, from the customer's side", name) : _t("The customer wrote");
        case "took":
            return _t("%s took this ticket", name);
        case "assigned":
            return _t("%s gave this ticket to somebody else", name);
        case "moved":
            return _t("%s moved this ticket", name);
    }
    return _t("%s changed this ticket", name);
}

import { registry } from "@web/core/registry";
import { stateSelectionField } from "@web/views/fields/state_selection/state_selection_field";

/**
 * Core's dot of colour without core's hotkeys: on a form they are Alt+D, F and G, and would set the
 * colour where the agent means to solve (Alt+D) or claim (Alt+G) the ticket.
 */
registry.category("fields").add("helpdesk_progress", {
    ...stateSelectionField,
    extractProps: (...args) => ({
        ...stateSelectionField.extractProps(...args),
        withCommand: false,
    }),
});

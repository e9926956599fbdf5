import { registry } from "@web/core/registry";
import { formView } from "@web/views/form/form_view";

/**
 * Saving a policy that was changed asks whether open tickets follow. The question comes after the
 * save, so that nothing is lost if it is never answered: tickets keep what was promised to them.
 */
class HelpdeskSlaFormController extends formView.Controller {
    async onRecordSaved(record, changes) {
        await super.onRecordSaved(...arguments);
        // Not useService(): leaving the form saves it, and its component may be gone by then.
        const { action, orm } = this.env.services;
        const question = await orm.call("helpdesk.sla", "action_ask_follow", [
            [record.resId],
            Object.keys(changes),
        ]);
        if (question) {
            action.doAction(question, { onClose: () => this.refreshCounts(record) });
        }
    }

    async refreshCounts(record) {
        if (this.model.root === record && !(await record.isDirty())) {
            await record.load();
        }
    }
}

registry.category("views").add("helpdesk_sla_form", {
    ...formView,
    Controller: HelpdeskSlaFormController,
});

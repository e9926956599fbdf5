import { Component, onWillStart, useState } from "@odoo/owl";
import { Dialog } from "@web/core/dialog/dialog";
import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { KeepLast } from "@web/core/utils/concurrency";
import { useAutofocus, useService } from "@web/core/utils/hooks";
import { useDebounced } from "@web/core/utils/timing";
import { standardWidgetProps } from "@web/views/widgets/standard_widget_props";

/** The articles that fit a ticket, or that a search finds; one goes into a reply. */
export class ArticlesDialog extends Component {
    static template = "helpdesk_futural_portal.ArticlesDialog";
    static components = { Dialog };
    static props = {
        ticketId: Number,
        insert: Function, // (article, "link" or "text")
        close: Function,
    };

    setup() {
        this.orm = useService("orm");
        this.keepLast = new KeepLast();
        this.state = useState({ question: "", articles: [], asked: null });
        this.search = useDebounced(this.load, 250);
        useAutofocus({ refName: "search" });
        onWillStart(() => this.load());
    }

    get title() {
        return _t("Help Articles");
    }

    get emptyText() {
        return this.state.asked
            ? _t("No published article has these words.")
            : _t("No article fits this ticket by its title or description. Search for one above.");
    }

    async load() {
        const question = this.state.question.trim();
        const articles = await this.keepLast.add(
            this.orm.call("helpdesk.ticket", "get_articles", [[this.props.ticketId], question])
        );
        Object.assign(this.state, { articles, asked: question });
    }

    async insert(article, mode) {
        this.props.close();
        await this.props.insert(article, mode);
    }
}

/** The button on a ticket's form that opens them. */
export class HelpdeskArticles extends Component {
    static template = "helpdesk_futural_portal.Articles";
    static props = { ...standardWidgetProps };

    setup() {
        // Not useService(): on a phone the button lives in a menu, whose closing ends this component
        // while its calls still have work to do.
        const { action, dialog, orm } = this.env.services;
        Object.assign(this, { action, dialog, orm });
    }

    async open() {
        const { record } = this.props;
        // Suggestions go by the title as it stands.
        if (!(await record.save())) {
            return;
        }
        this.dialog.add(ArticlesDialog, {
            ticketId: record.resId,
            insert: (article, mode) => this.insert(record, article, mode),
        });
    }

    async insert(record, article, mode) {
        const action = await this.orm.call("helpdesk.ticket", "action_insert_article", [
            [record.resId],
            article.id,
            mode,
        ]);
        await this.action.doAction(action, { onClose: () => record.model.load() });
    }
}

registry.category("view_widgets").add("helpdesk_articles", { component: HelpdeskArticles });

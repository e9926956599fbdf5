import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

/**
 * Tells the server that an article was opened, or that a search found nothing: reading a page itself
 * changes nothing, and who runs no scripts isn't counted.
 */
export class ArticleBeacon extends Interaction {
    static selector = ".o_helpdesk_beacon";

    start() {
        const body = new FormData();
        body.append("csrf_token", odoo.csrf_token);
        if (this.el.dataset.search) {
            body.append("search", this.el.dataset.search);
        }
        fetch(this.el.dataset.url, { method: "POST", body, keepalive: true }).catch(() => {});
    }
}

registry
    .category("public.interactions")
    .add("helpdesk_futural_portal.article_beacon", ArticleBeacon);

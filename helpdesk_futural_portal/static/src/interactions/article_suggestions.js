import { _t } from "@web/core/l10n/translation";
import { registry } from "@web/core/registry";
import { Interaction } from "@web/public/interaction";

const MIN_LENGTH = 3;

/**
 * Articles that may answer what somebody is about to ask, below the title while it is typed. They open
 * in a new tab, so that what was typed stays.
 */
export class ArticleSuggestions extends Interaction {
    static selector = ".o_helpdesk_suggestions";

    setup() {
        this.input = this.el.closest("form").querySelector("[name=title]");
        this.asked = "";
    }

    start() {
        this.addListener(this.input, "input", this.debounced(this.suggest, 350));
        this.suggest(); // a title that the address or a draft brought along
    }

    async suggest() {
        const question = this.input.value.trim();
        if (question === this.asked) {
            return;
        }
        this.asked = question;
        if (question.length < MIN_LENGTH) {
            this.show([]);
            return;
        }
        const found = await this.waitFor(this.fetchArticles(question));
        if (question === this.asked) {
            this.protectSyncAfterAsync(() => this.show(found))();
        }
    }

    /** Suggestions are a comfort: without an answer there are none. */
    async fetchArticles(question) {
        const parameters = new URLSearchParams({ question, team: this.el.dataset.team || "" });
        try {
            const response = await fetch(`${this.el.dataset.url}?${parameters}`);
            return response.ok ? await response.json() : [];
        } catch {
            return [];
        }
    }

    show(articles) {
        this.el.replaceChildren();
        if (!articles.length) {
            return;
        }
        const heading = document.createElement("div");
        heading.className = "small text-muted mb-1";
        heading.textContent = _t("Does one of these help?");
        const list = document.createElement("ul");
        list.className = "list-group";
        for (const { name, teaser, url } of articles) {
            const item = document.createElement("li");
            item.className = "list-group-item py-2";
            const link = document.createElement("a");
            link.href = url;
            link.target = "_blank";
            link.rel = "noopener";
            link.textContent = name;
            link.title = _t("Opens in a new tab");
            const sign = document.createElement("i");
            sign.className = "fa fa-external-link small ms-1";
            sign.setAttribute("aria-hidden", "true");
            const hint = document.createElement("span");
            hint.className = "visually-hidden";
            hint.textContent = ` (${_t("Opens in a new tab")})`;
            link.append(sign, hint);
            const text = document.createElement("div");
            text.className = "small text-muted text-truncate";
            text.textContent = teaser;
            item.append(link, text);
            list.append(item);
        }
        this.el.append(heading, list);
    }
}

registry
    .category("public.interactions")
    .add("helpdesk_futural_portal.article_suggestions", ArticleSuggestions);

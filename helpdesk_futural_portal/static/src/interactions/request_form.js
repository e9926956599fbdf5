import { _t } from "@web/core/l10n/translation";
import { browser } from "@web/core/browser/browser";
import { Interaction } from "@web/public/interaction";
import { registry } from "@web/core/registry";

const DRAFT_FIELDS = ["title", "description", "category", "priority", "severity", "confidential"];

/**
 * Comfort on the forms for a new ticket: asks for the severity only where it matters, keeps a draft
 * on this device until it is sent, says at once what is wrong with a file, and shows the progress.
 */
export class RequestForm extends Interaction {
    static selector = ".o_helpdesk_request_form";
    dynamicContent = {
        _root: {
            "t-on-input": this.onInput,
            "t-on-submit": this.onSubmit,
        },
        "select[name=category]": {
            "t-on-change": this.onCategoryChange,
        },
        "input[name=attachments]": {
            "t-on-change": this.checkFiles,
        },
        ".o_helpdesk_no_script": {
            "t-att-class": () => ({ "d-none": true }),
        },
        ".o_helpdesk_severity": {
            "t-att-class": () => ({ "d-none": !this.category?.dataset.severity }),
        },
    };

    setup() {
        this.restoreDraft();
        this.lastTemplate = "";
    }

    get category() {
        return this.el.querySelector("select[name=category]")?.selectedOptions[0];
    }

    onCategoryChange() {
        const description = this.el.elements.description;
        const template = this.category?.dataset.template || "";
        if (!description.value.trim() || description.value === this.lastTemplate) {
            description.value = template;
            this.lastTemplate = template;
        }
    }

    // ------------------------------------------------------------------
    // Draft
    // ------------------------------------------------------------------

    onInput() {
        if (!this.el.dataset.draft) {
            return;
        }
        const draft = {};
        for (const [name, value] of new FormData(this.el)) {
            if (DRAFT_FIELDS.includes(name) && value) {
                draft[name] = value;
            }
        }
        try {
            browser.localStorage.setItem(this.el.dataset.draft, JSON.stringify(draft));
        } catch {
            // The device keeps nothing: the form works without a draft.
        }
    }

    restoreDraft() {
        let draft = {};
        try {
            draft = JSON.parse(browser.localStorage.getItem(this.el.dataset.draft) || "{}");
        } catch {
            return;
        }
        if (this.el.elements.title.value || this.el.elements.description.value) {
            return; // what the server sent back is newer
        }
        for (const [name, value] of Object.entries(draft)) {
            const field = DRAFT_FIELDS.includes(name) && this.el.elements[name];
            if (field instanceof RadioNodeList || field?.type !== "checkbox") {
                field && (field.value = value);
            } else {
                field.checked = true;
            }
        }
    }

    forgetDraft() {
        if (this.el.dataset.draft) {
            browser.localStorage.removeItem(this.el.dataset.draft);
        }
    }

    // ------------------------------------------------------------------
    // Files
    // ------------------------------------------------------------------

    checkFiles() {
        const input = this.el.elements.attachments;
        const { maxFiles, maxMegabytes } = input.dataset;
        const files = [...input.files];
        let problem = "";
        if (files.length > maxFiles) {
            problem = _t("Please send no more than %s files at once.", maxFiles);
        } else {
            problem = files
                .filter((file) => file.size > maxMegabytes * 1024 * 1024)
                .map((file) => _t("“%(name)s” is larger than %(size)s MB.", { name: file.name, size: maxMegabytes }))
                .join(" ");
        }
        this.showError("attachments", problem);
        return !problem;
    }

    // ------------------------------------------------------------------
    // Sending
    // ------------------------------------------------------------------

    onSubmit(ev) {
        if (!this.checkFiles()) {
            ev.preventDefault();
            ev.stopImmediatePropagation();
            this.el.elements.attachments.focus();
            return;
        }
        if (this.el.dataset.progress) {
            ev.preventDefault();
            this.send();
        }
    }

    async send() {
        const button = this.el.querySelector("button[type=submit]");
        if (button.disabled) {
            return;
        }
        button.disabled = true;
        this.showErrors({});
        const answer = await this.waitFor(this.post());
        if (answer?.redirect) {
            this.forgetDraft();
            browser.location.assign(answer.redirect);
            return;
        }
        button.disabled = false;
        this.showProgress(null);
        this.showErrors(
            answer?.errors || {
                form: _t(
                    "It could not be sent; perhaps you were signed out. Your text is kept on this" +
                        " device: reload the page, sign in if asked, and send it again."
                ),
            }
        );
    }

    /** Send the form and return the answer; nothing where it is none of ours. */
    post() {
        return new Promise((resolve) => {
            const xhr = new XMLHttpRequest();
            xhr.upload.addEventListener("progress", (ev) => {
                this.showProgress(ev.lengthComputable ? (100 * ev.loaded) / ev.total : null);
            });
            xhr.addEventListener("loadend", () => {
                try {
                    resolve(JSON.parse(xhr.responseText));
                } catch {
                    resolve(null);
                }
            });
            xhr.open("POST", this.el.getAttribute("action"));
            xhr.setRequestHeader("X-Requested-With", "XMLHttpRequest");
            xhr.send(new FormData(this.el));
        });
    }

    showProgress(percent) {
        const progress = this.el.querySelector(".o_helpdesk_progress");
        const shown = percent !== null && this.el.elements.attachments.files.length > 0;
        progress.classList.toggle("d-none", !shown);
        progress.setAttribute("aria-valuenow", Math.round(percent || 0));
        progress.firstElementChild.style.width = `${percent || 0}%`;
    }

    showErrors(errors) {
        for (const feedback of this.el.querySelectorAll(".invalid-feedback")) {
            const name = feedback.id.replace("error_", "");
            this.showError(name, errors[name] || "");
        }
        const alert = this.el.querySelector(".o_helpdesk_form_error");
        const names = Object.keys(errors);
        alert.textContent =
            errors.form || _t("Please look at the fields marked below. Nothing was sent yet.");
        alert.classList.toggle("d-none", !names.length);
        const first = names.length && this.el.querySelector(".is-invalid");
        if (first) {
            first.focus();
        } else if (names.length) {
            alert.scrollIntoView({ block: "center" });
        }
    }

    showError(name, message) {
        const feedback = this.el.querySelector(`#error_${name}`);
        if (!feedback) {
            return;
        }
        feedback.textContent = message;
        feedback.classList.toggle("d-block", Boolean(message));
        for (const field of this.el.querySelectorAll(`[name=${name}]`)) {
            field.classList.toggle("is-invalid", Boolean(message));
        }
    }
}

registry
    .category("public.interactions")
    .add("helpdesk_futural_portal.request_form", RequestForm);

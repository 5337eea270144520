// Sentences for the person: toasts in #notice, beside the fields of a form, and inside an open dialog.

const SHORT = 4_000;
const LONG = 10_000; // with an action, and for a refusal: that has to be read
const notice = one("#notice");

/** Shows a sentence that no server sent. */
const say = (kind, text) => {
    const template = one("#notice-template");
    const toast = template?.content.firstElementChild.cloneNode(true);
    if (!toast || !notice) return;
    toast.dataset.kind = kind;
    one("span", toast).textContent = text;
    notice.replaceChildren(toast);
};

if (notice) {
    new MutationObserver(() => {
        for (const toast of all(":scope > .toast", notice)) {
            // A page behind a modal dialog is dimmed, cannot be touched, and is not read out.
            const dialog = all("dialog:modal").at(-1);
            const slot = dialog && one("[data-notice]", dialog);
            if (slot) slot.replaceChildren(toast);
            else expire(toast);
        }
    }).observe(notice, { childList: true });
}

const expire = toast => {
    if (toast.dataset.expires) return;
    toast.dataset.expires = "soon";
    const long = one(".btn", toast) || toast.dataset.kind === "bad";
    setTimeout(() => toast.remove(), long ? LONG : SHORT);
};

// What a toast offered was done.
on("htmx:after:request", event => {
    const { response, sourceElement } = event.detail.ctx;
    if (response.status < 400) sourceElement.closest?.(".toast")?.remove();
});

// A new try: what was said about the last one goes, in its form and in its dialog.
on("htmx:before:request", event => {
    const { request, sourceElement } = event.detail.ctx;
    if (request.method === "GET" || !sourceElement.closest) return;
    const scope = sourceElement.closest("form, dialog");
    if (!scope) return;
    // A form's fields may stand anywhere on the page, and their errors beside them.
    const inputs = [...scope.elements ?? [], ...all("[aria-invalid]", scope)];
    const beside = inputs.flatMap(input => (input.getAttribute("aria-describedby") ?? "").split(" ")).map(id => document.getElementById(id));
    for (const error of [...all(".err", scope), ...beside]) if (error?.matches(".err")) error.replaceChildren();
    for (const input of inputs) input.removeAttribute("aria-invalid");
    sourceElement.closest("dialog")?.querySelector("[data-notice]")?.replaceChildren();
});

// The server fills #err-<name>; which input that is about says aria-describedby.
let pointed = null;
onDraw(() => {
    const faulty = all(".err:not(:empty)");
    for (const error of faulty) {
        for (const input of all(`[aria-describedby~="${CSS.escape(error.id)}"]`)) input.setAttribute("aria-invalid", "true");
    }
    const first = faulty[0] ?? null;
    if (first && first !== pointed) one(`[aria-describedby~="${CSS.escape(first.id)}"]`)?.focus();
    pointed = first;
});

// No answer, or one that is not ours (a proxy's page). Nothing was swapped; say so in place.
on("htmx:error", event => {
    const ctx = event.detail.ctx;
    if (!ctx || asksByItself(ctx.sourceElement)) return;
    const tapped = ctx.sourceElement.closest("[data-key=tap]");
    say("bad", ctx.request.method === "GET" || !tapped
        ? "The server did not answer. Nothing is lost: try again."
        : "The server did not answer. Look whether it was added before you tap again.");
});
on("htmx:response:error", event => {
    const { sourceElement, text, response } = event.detail.ctx;
    if (asksByItself(sourceElement) || text?.includes("<hx-partial")) return;
    say("bad", `The server could not do that (${response.status}). Nothing was changed: try again.`);
});

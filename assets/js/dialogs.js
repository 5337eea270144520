// Dialogs: a <dialog> that the server puts into #sheet opens by itself; data-dialog="id" opens one that the page
// holds; data-close closes; an emptied #sheet closes, too. Esc is the browser's. Focus returns to who asked.

let opener = null;

const open = dialog => {
    if (dialog.open) return;
    opener ??= document.activeElement; // of one that takes another's place it is that one's
    dialog.showModal();
};

const giveBackFocus = () => {
    const to = opener?.isConnected ? opener : opener?.id && document.getElementById(opener.id);
    const isNowhere = () => document.activeElement === document.body || !document.activeElement;
    if (to && isNowhere()) {
        to.focus({ preventScroll: true });
        // What was done cannot be asked for again: the line that it was about stands in.
        if (isNowhere()) one('#order-panel [aria-current="true"] .pick')?.focus({ preventScroll: true });
    }
    opener = null;
};

const sheet = one("#sheet");
if (sheet) {
    new MutationObserver(() => {
        const dialog = one(":scope > dialog", sheet);
        if (dialog) open(dialog);
        else queueMicrotask(giveBackFocus); // when the rest of the same answer is drawn
    }).observe(sheet, { childList: true });
}

on("click", event => {
    const opens = event.target.closest("[data-dialog]");
    const dialog = opens && document.getElementById(opens.dataset.dialog);
    if (dialog) open(dialog);
    event.target.closest("[data-close]")?.closest("dialog")?.close();
});

// "close" does not bubble. What was in #sheet is gone for good: the next one is drawn afresh.
on("close", event => {
    if (event.target.parentElement === sheet) event.target.remove();
    giveBackFocus();
}, { capture: true });

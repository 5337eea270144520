// A shared tablet goes back to the tiles after the terminal's seconds without a touch: form[data-idle] (drawn into
// every page by ui::page) is sent. Where something was typed into an open dialog it waits three times as long, because
// whoever is fetching the manager for an approval comes back; but not for ever, since that screen is somebody's.

const idleForm = one("form[data-idle]");

if (idleForm) {
    const patience = Number(idleForm.dataset.idle) * 1000;
    let touched = Date.now(); // a tablet that slept must notice on waking, which a single long timer does not
    const touch = () => { touched = Date.now(); };
    for (const name of ["pointerdown", "keydown", "wheel", "touchmove"]) {
        addEventListener(name, touch, { capture: true, passive: true });
    }

    const isHalfTyped = () => all("dialog[open] :is(textarea, input:not([type=hidden], [type=radio], [type=checkbox]))")
        .some(input => input.value !== input.defaultValue);

    const look = () => {
        const idle = Date.now() - touched;
        if (idle < patience || (idle < patience * 3 && isHalfTyped())) return;
        touched = Date.now(); // not again while this is under way, and once more after the same time if it failed
        idleForm.requestSubmit();
    };
    setInterval(look, 1000);

    // Where the terminal is set so, a send ends it, too: the next person finds the tiles.
    if ("afterSend" in idleForm.dataset) {
        on("htmx:after:request", event => {
            const { sourceElement, response } = event.detail.ctx;
            if (response?.status < 400 && sourceElement.closest?.('[data-deed="send"]')) idleForm.requestSubmit();
        });
    }
    on("visibilitychange", () => document.hidden || look());
}

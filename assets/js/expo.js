// The pass: the keys of a bump bar as at a board (kitchen.md section 5), over what waits to be carried out. 1-9 select,
// arrows move, Enter serves, U takes back the last serving, R lists them. What is ready rings in ready.js.

const pass = one("#pass");

if (pass) {
    const ring = name => document.dispatchEvent(new CustomEvent("sound", { detail: name }));
    const cards = () => all("#pass-ready .pcard");

    // ---- the cursor ---------------------------------------------------------------------------------

    let at = null; // the id of the card
    let place = 0; // where it stood: when it leaves, the next one takes its place

    const current = () => cards().find(card => card.id === at);
    const showCursor = () => {
        if (at !== null && !current()) at = cards().at(Math.min(place, cards().length - 1))?.id ?? null;
        place = Math.max(0, cards().findIndex(card => card.id === at));
        for (const card of cards()) {
            if (card.id === at) card.setAttribute("aria-current", "true");
            else card.removeAttribute("aria-current");
        }
    };
    const go = card => {
        at = card?.id ?? null;
        showCursor();
        card?.scrollIntoView({ block: "nearest" });
    };
    const step = by => go(cards().at(at === null ? 0 : Math.min(cards().length - 1, Math.max(0, place + by))));

    // ---- keys ---------------------------------------------------------------------------------------

    let tens = 0; // "0" before a digit addresses the cards from 10 on
    let tensUntil = 0;
    const digit = number => {
        if (number === 0) {
            tens = 10;
            tensUntil = Date.now() + 2_000;
            return;
        }
        const wanted = String(number + (Date.now() < tensUntil ? tens : 0));
        tensUntil = 0;
        const card = cards().find(each => each.dataset.n === wanted);
        if (card) go(card);
    };

    const tap = selector => one(selector)?.click();
    const page = by => one("#pass-board").scrollBy({ top: by * one("#pass-board").clientHeight });
    const KEYS = {
        ArrowLeft: () => step(-1),
        ArrowUp: () => step(-1),
        ArrowRight: () => step(1),
        ArrowDown: () => step(1),
        Enter: () => current() && one("button[data-deed]", current())?.click(),
        u: () => tap('[data-board="recall"]'),
        Backspace: () => tap('[data-board="recall"]'),
        r: () => tap('[data-board="recalls"]'),
        m: () => document.dispatchEvent(new CustomEvent("sound:toggle")),
        PageUp: () => page(-1),
        PageDown: () => page(1),
        Home: () => go(cards()[0]),
        End: () => go(cards().at(-1)),
        Escape: () => go(null),
    };

    on("keydown", event => {
        if (event.ctrlKey || event.metaKey || event.altKey || one("dialog:modal")) return;
        if (event.target.closest("input, textarea, select")) return;
        // Where the keyboard's own focus stands on a control, Enter is that control's.
        if (event.key === "Enter" && event.target.closest("button, a") && at === null) return;
        const act = /^\d$/.test(event.key) ? () => digit(Number(event.key)) : KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
        if (!act) return;
        event.preventDefault();
        if (!event.repeat || event.key.startsWith("Arrow")) act();
    });
    on("click", event => event.detail > 0 && event.target.closest?.("#pass .pcard") && go(null)); // a finger needs no cursor

    // ---- below the edge -----------------------------------------------------------------------------

    // Who looks at a full pass must see that there is more of it. A tap goes on, and from the end back to the top.
    const below = () => {
        for (const section of all("#pass > section")) {
            const [list, button] = [one(".list, .grid", section), one("[data-more]", section)];
            const { top, bottom } = list.getBoundingClientRect();
            const boxes = all(".pcard", list).map(card => card.getBoundingClientRect());
            const after = boxes.filter(box => box.bottom > bottom + 8).length;
            const before = boxes.filter(box => box.top < top - 8).length;
            const text = after > 0 ? `${after} more ↓` : before > 0 ? `↑ ${before} above` : "";
            if (button.textContent !== text) button.textContent = text;
            button.hidden = text === "";
            button.dataset.more = after > 0 ? "on" : "start";
        }
    };
    on("click", event => {
        const button = event.target.closest?.("[data-more]");
        if (!button) return;
        const list = one(".list, .grid", button.closest("section"));
        list.scrollTo({ top: button.dataset.more === "on" ? list.scrollTop + list.clientHeight : 0 });
    });
    on("scroll", below, { capture: true });
    addEventListener("resize", below);

    // ---- sounds -------------------------------------------------------------------------------------

    let knownLate = null;
    const listen = () => {
        const late = new Set(all('#pass-board [data-age="late"]').map(card => card.id));
        if (knownLate && [...late].some(id => !knownLate.has(id))) ring("late");
        knownLate = new Set([...(knownLate ?? []), ...late]);
    };
    on("live:lost", () => ring("problem"));
    // Not at once: sound.js stands behind this file.
    setInterval(listen, 1_000);
    on("drawn", listen);

    onDraw(showCursor);
    below();
    onFrame(below);
}

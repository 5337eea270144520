// A kitchen board: the keys of a bump bar (kitchen.md section 5), what rings when, and the size of the text,
// which each screen keeps.

const board = () => one("#board");
const tickets = () => all("#board .kt");
const ring = name => document.dispatchEvent(new CustomEvent("sound", { detail: name }));

// ---- the cursor -------------------------------------------------------------------------------------

let at = null; // the id of the ticket
let place = 0; // where it stood: when it leaves, the next one takes its place
let item = -1; // index of the line in it, -1 for none

const current = () => tickets().find(ticket => ticket.id === at);
const items = () => all("button.item", current() ?? document.createElement("p"));

const go = ticket => {
    at = ticket?.id ?? null;
    item = -1;
    showCursor();
    ticket?.scrollIntoView({ block: "nearest", inline: "nearest" });
};

const showCursor = () => {
    if (!board()) return;
    if (at !== null && !current()) {
        at = tickets().at(Math.min(place, tickets().length - 1))?.id ?? null;
        item = -1;
    }
    place = Math.max(0, tickets().findIndex(ticket => ticket.id === at));
    for (const ticket of tickets()) {
        if (ticket.id === at) ticket.setAttribute("aria-current", "true");
        else ticket.removeAttribute("aria-current");
    }
    for (const line of all("#board [data-cursor]")) line.removeAttribute("data-cursor");
    items()[item]?.setAttribute("data-cursor", "");
};

const step = by => go(tickets().at(at === null ? 0 : Math.min(tickets().length - 1, Math.max(0, place + by))));
const stepItem = by => {
    if (at === null) return step(0);
    item = Math.min(items().length - 1, Math.max(0, item + by));
    showCursor();
    items()[item]?.scrollIntoView({ block: "nearest", inline: "nearest" });
};

// ---- keys -------------------------------------------------------------------------------------------

let tens = 0; // "0" before a digit addresses the tickets from 10 on
let tensUntil = 0;

const digit = number => {
    if (number === 0) {
        tens = 10;
        tensUntil = Date.now() + 2_000;
        return;
    }
    const wanted = String(number + (Date.now() < tensUntil ? tens : 0));
    tensUntil = 0;
    const ticket = tickets().find(each => each.dataset.n === wanted);
    if (!ticket) return;
    go(ticket);
    if ("bumpAtOnce" in board().dataset) bump();
};

const tap = selector => one(selector)?.click();
// A long ticket stands in several pieces; the last one has the wide zone.
const bump = () => current() && one(`.kt[data-rev="${CSS.escape(current().dataset.rev)}"] .bump`)?.click();

const KEYS = {
    ArrowLeft: () => step(-1),
    ArrowRight: () => step(1),
    ArrowUp: () => stepItem(-1),
    ArrowDown: () => stepItem(1),
    " ": () => items()[item]?.click(),
    Enter: bump,
    u: () => tap('[data-board="recall"]'),
    Backspace: () => tap('[data-board="recall"]'),
    r: () => tap('[data-board="recalls"]'),
    m: () => document.dispatchEvent(new CustomEvent("sound:toggle")),
    PageUp: () => board().scrollBy({ left: -board().clientWidth }),
    PageDown: () => board().scrollBy({ left: board().clientWidth }),
    Home: () => go(tickets()[0]),
    End: () => go(tickets().at(-1)),
    Escape: () => go(null),
};

on("keydown", event => {
    if (!board() || event.ctrlKey || event.metaKey || event.altKey || one("dialog:modal")) return;
    if (event.target.closest("input, textarea, select")) return;
    // Where the keyboard's own focus stands on a control, Enter and Space are that control's.
    if ((event.key === "Enter" || event.key === " ") && event.target.closest("button, a") && at === null) return;
    const act = /^\d$/.test(event.key) ? () => digit(Number(event.key)) : KEYS[event.key.length === 1 ? event.key.toLowerCase() : event.key];
    if (!act) return;
    event.preventDefault();
    if (!event.repeat || event.key.startsWith("Arrow")) act();
});

// ---- tickets that fit ---------------------------------------------------------------------------------

// The server cuts a long ticket into pieces as high as a column of a wall with text of the usual size. What is too tall
// all the same, because the screen is lower or its text bigger, is drawn smaller: cut by the browser, it would go on in
// the next column without a name and without a word that it does.
const SMALLEST = 4; // .kt[data-fit] in the style sheet

const isCut = ticket => ticket.getClientRects().length > 1;
const fit = () => {
    for (const ticket of tickets()) delete ticket.dataset.fit;
    for (const ticket of tickets()) {
        for (let size = 1; isCut(ticket) && size <= SMALLEST; size++) ticket.dataset.fit = size;
    }
};

// ---- tickets beyond the edge --------------------------------------------------------------------------

// Who looks at a full board must see that there is more of it. A tap goes on, and from the end back to the oldest.
const beyond = () => {
    const button = one('[data-board="beyond"]');
    if (!button || !board()) return;
    const { left, right } = board().getBoundingClientRect();
    const whole = all("#board .kt[data-n]").map(ticket => ticket.getBoundingClientRect());
    const after = whole.filter(ticket => ticket.right > right + 8).length;
    const before = whole.filter(ticket => ticket.left < left - 8).length;
    const text = after > 0 ? `${after} more →` : before > 0 ? `← ${before} older` : "";
    if (button.textContent !== text) button.textContent = text;
    button.hidden = text === "";
    button.dataset.to = after > 0 ? "on" : "start";
};
on("click", event => {
    const button = event.target.closest?.('[data-board="beyond"]');
    if (!button) return;
    board().scrollTo({ left: button.dataset.to === "on" ? board().scrollLeft + board().clientWidth : 0 });
});
const arrange = () => {
    fit();
    beyond();
};
addEventListener("resize", arrange);
on("scroll", beyond, { capture: true });

// ---- sounds -----------------------------------------------------------------------------------------

const AGAIN = 30_000; // an untouched ticket rings again
let rang = 0;
let knownNew = new Set();
let knownLate = null;

/** An addition makes an old ticket new, even one that nobody has touched yet. */
const newOnes = () => new Set(all("#board .kt[data-new]").map(ticket => `${ticket.id} ${ticket.dataset.additions}`));
const news = (now, before) => [...now].some(id => !before.has(id));

const listen = () => {
    const fresh = newOnes();
    if (fresh.size > 0 && (news(fresh, knownNew) || Date.now() - rang >= AGAIN)) {
        rang = Date.now();
        ring("new");
    }
    knownNew = fresh;
    const late = new Set(all('#board .kt[data-age="late"]').map(ticket => ticket.id));
    if (knownLate && news(late, knownLate)) ring("late");
    knownLate = new Set([...(knownLate ?? []), ...late]);
};
if (board()) on("live:lost", () => ring("lost"));
// Not at once: sound.js stands behind this file, and may first have to wake the loudspeaker.
setInterval(listen, 1_000);
on("htmx:after:settle", listen);

// ---- size of the text -------------------------------------------------------------------------------

const SIZES = [-2, 3];
const kept = () => {
    try {
        return Number(localStorage.getItem("scale") ?? 0);
    } catch {
        return 0;
    }
};
const scale = size => {
    document.documentElement.dataset.scale = Math.min(SIZES[1], Math.max(SIZES[0], size));
    try {
        localStorage.setItem("scale", document.documentElement.dataset.scale);
    } catch { /* storage is switched off: not kept */ }
};
if (board()) scale(kept());
on("click", event => {
    const zoom = event.target.closest?.("[data-zoom]");
    if (zoom) {
        scale(Number(document.documentElement.dataset.scale ?? 0) + Number(zoom.dataset.zoom));
        arrange();
    }
    const ticket = event.target.closest?.("#board .kt");
    if (ticket && event.detail > 0) go(null); // a finger needs no cursor
});

onDraw(() => {
    showCursor();
    arrange();
});

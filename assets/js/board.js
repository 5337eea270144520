// A kitchen board: the keys of a bump bar (kitchen.md section 5), and what rings when. A till only rings for what is
// ready. Where tickets stand is in places.js, the size of the text in screen.js.

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
    if (ticket) document.dispatchEvent(new CustomEvent("board:bring", { detail: ticket }));
};

const showCursor = () => {
    if (!board()) return;
    if (at !== null && !current()) {
        at = tickets().at(Math.min(place, tickets().length - 1))?.id ?? null;
        item = -1;
    }
    if (at === null && !tickets().some(ticket => ticket.hasAttribute("aria-current"))) return;
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

const hands = () => one("#hands")?.dataset ?? {};

let tens = 0; // until when the key 0 makes the next number one of the tickets from 10 on
let bumped = -Infinity; // when a key last bumped, or tried to while that rested
let pressed = -Infinity; // when Enter or what does its work was last pressed

const REST = 700; // milliseconds after a bump in which no key bumps
const STORM = 250; // pressed faster than this is a key that is held, on a bar that does not say so: the rest begins anew

const number = digit => {
    const after = Date.now() < tens;
    tens = digit === 0 && !after ? Date.now() + 2_000 : 0;
    if (tens > 0) return;
    const ticket = tickets().find(each => each.dataset.n === String(digit + (after ? 10 : 0)));
    if (!ticket) return;
    go(ticket);
    if ("bumpAtOnce" in hands()) bump();
};

const tap = selector => one(selector)?.click();

// The next ticket takes the place of the one that left, and is not meant.
const bump = () => {
    const now = performance.now();
    const storms = now - pressed < STORM;
    pressed = now;
    if (now - bumped < REST) {
        if (storms) bumped = now;
        return;
    }
    const ticket = current();
    // A long ticket stands in several pieces; the last one has the wide zone.
    const zone = ticket && one(`.kt[data-rev="${CSS.escape(ticket.dataset.rev)}"] .bump`);
    if (!zone) return;
    bumped = now;
    zone.click();
};

const priority = () => {
    const own = current() && one(`.kt[data-rev="${CSS.escape(current().dataset.rev)}"] [data-board="priority"]`);
    (own ?? all('[data-board="priority"]').find(button => !button.closest(".kt")))?.click();
};

const DEEDS = {
    left: () => step(-1),
    right: () => step(1),
    up: () => stepItem(-1),
    down: () => stepItem(1),
    first: () => go(tickets()[0]),
    last: () => go(tickets().at(-1)),
    page_back: () => page(-1),
    page_on: () => page(1),
    line_done: () => items()[item]?.click(),
    bump,
    undo: () => tap('#notice [data-deed="recall"]:not([disabled]), [data-board="recall"]'),
    recall: () => tap('[data-board="recall"]'),
    recalls: () => tap('[data-board="recalls"]'),
    all_day: () => tap('[data-board="allday"]'),
    priority,
    mute: () => document.dispatchEvent(new CustomEvent("sound:toggle")),
    cancel: () => go(null),
};
/** What may be done again for as long as a key is held. */
const HELD = ["left", "right", "up", "down"];

let read = null; // the text of data-keys that `map` was made of
let map = {};
const deedOf = key => {
    const text = hands().keys ?? "{}";
    if (text !== read) [read, map] = [text, JSON.parse(text)];
    return map[key === " " ? "Space" : key.length === 1 ? key.toLowerCase() : key];
};

on("keydown", event => {
    if (!board() || event.ctrlKey || event.metaKey || event.altKey || one("dialog:modal")) return;
    if (event.target.closest("input, textarea, select")) return;
    // Where the keyboard's own focus stands on a control, Enter and Space are that control's.
    if ((event.key === "Enter" || event.key === " ") && event.target.closest("button, a") && at === null) return;
    const deed = deedOf(event.key);
    if (deed === undefined) return;
    event.preventDefault();
    if (event.repeat && !HELD.includes(deed)) return;
    if (/^\d$/.test(deed)) number(Number(deed));
    else DEEDS[deed]?.();
});

// ---- pages --------------------------------------------------------------------------------------------

/** A page on or back. What is selected comes along, so that no key reaches a ticket that nobody sees. */
const page = by => {
    document.dispatchEvent(new CustomEvent("board:page", { detail: by }));
    if (at === null) return;
    const { left, right } = board().getBoundingClientRect();
    const isSeen = ticket => {
        const box = ticket.getBoundingClientRect();
        return box.width > 0 && box.left >= left - 8 && box.right <= right + 8;
    };
    if (!current() || !isSeen(current())) go(tickets().find(isSeen));
};
on("click", event => {
    const button = event.target.closest?.('[data-board="beyond"]');
    if (!button) return;
    if (button.dataset.to === "on") page(1);
    else board().scrollTo({ left: 0 });
});

// ---- sounds -----------------------------------------------------------------------------------------

const AGAIN = { new: 30_000, void: 15_000 }; // what nobody has touched, or acknowledged, rings again
const rang = { new: -Infinity, void: -Infinity };
let knownNew = new Map();
let knownVoids = new Map();
let knownLate = null;

const ring = name => {
    const quiet = (hands().quiet ?? "").split(" ");
    if (!quiet.includes(name)) document.dispatchEvent(new CustomEvent("sound", { detail: name }));
};

/** Whether something of what is due rings: at once what has come, and all of it again after a while. */
const isDue = (name, came, waits) => {
    const due = came || (waits && performance.now() - rang[name] >= AGAIN[name]);
    if (due) rang[name] = performance.now();
    return due;
};
const news = (now, before) => [...now].some(id => !before.has(id));

// An addition makes an old ticket new, even one that nobody has touched yet, and has a tone of its own.
const listenForNew = shown => {
    const fresh = new Map(shown.filter(ticket => ticket.hasAttribute("data-new")).map(ticket =>
        [`${ticket.id} ${ticket.dataset.additions}`, Number(ticket.dataset.additions) > 0 ? "addon" : "new"]));
    const come = [...fresh].filter(([id]) => !knownNew.has(id)).map(([, name]) => name);
    if (isDue("new", come.length > 0, fresh.size > 0)) {
        for (const name of new Set(come.length > 0 ? come : fresh.values())) ring(name);
    }
    knownNew = fresh;
};

const listenForVoids = shown => {
    const voids = new Map(shown.filter(ticket => ticket.hasAttribute("data-voids")).map(ticket => [ticket.id, Number(ticket.dataset.voids)]));
    const more = [...voids].some(([id, count]) => count > (knownVoids.get(id) ?? 0));
    if (isDue("void", more, voids.size > 0)) ring("void");
    knownVoids = voids;
};

const listenForLate = shown => {
    const late = new Set(shown.filter(ticket => ticket.getAttribute("data-age") === "late").map(ticket => ticket.id));
    if (knownLate && news(late, knownLate)) ring("late");
    knownLate = new Set([...(knownLate ?? []), ...late]);
};

const listen = () => {
    if (!board()) return;
    const shown = tickets();
    listenForNew(shown);
    listenForVoids(shown);
    listenForLate(shown);
};
if (board()) on("live:lost", () => ring("problem"));
// Not at once: sound.js stands behind this file, and may first have to wake the loudspeaker.
const listenInTurn = () => inTurn(listen, 2, listen); // the ear is in less of a hurry than the eye
setInterval(listenInTurn, 1_000);
onFrame(listenInTurn);

// ---- fingers ------------------------------------------------------------------------------------------

on("click", event => {
    const ticket = event.target.closest?.("#board .kt");
    if (ticket && event.detail > 0) go(null); // a finger needs no cursor
});

onDraw(showCursor);

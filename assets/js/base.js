// What the other files share. build.rs puts this file first and each other one in a block of its own.

const one = (selector, root = document) => root.querySelector(selector);
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const on = (name, act, options) => document.addEventListener(name, act, options);

/** The board on a kitchen's wall, where the page has one, and its tickets: without a look into each of them. */
const board = () => document.getElementById("board");
const tickets = () => [...board().children].filter(each => each.localName === "article");

/** Tickets that stand beyond the edge of the board, where nobody sees them (places.js). */
const far = new WeakSet();

/**
 * Calls `draw` now and after every swap, before the browser paints. A morph takes away what only this
 * browser knows (the selected line, an age, a control at rest), so whoever sets such a thing sets it here.
 * It is told what was swapped: on a wall, looking through all of the page takes longer than the swap.
 */
const onDraw = draw => {
    draw([document]);
    on("drawn", event => draw(event.detail));
};
/** Every match in what was swapped. */
const among = (places, selector) => places.flatMap(place => [...(place.matches?.(selector) ? [place] : []), ...all(selector, place)]);
/**
 * Calls `measure` after every swap, in the frame that paints it. What measures has the page laid out, which that frame
 * does anyway; before it, a slow screen would have to do both in one go.
 */
const onFrame = measure => on("framed", event => measure(event.detail));

// Once for all the regions that a picture or an answer swaps.
let swapped = null;
const drawn = places => {
    if (swapped !== null) return swapped.push(...places);
    swapped = places;
    queueMicrotask(() => {
        const detail = swapped;
        swapped = null;
        document.dispatchEvent(new CustomEvent("drawn", { detail }));
        requestAnimationFrame(() => document.dispatchEvent(new CustomEvent("framed", { detail })));
    });
};
on("htmx:after:settle", ({ detail }) => drawn(detail.newContent.filter(place => place instanceof Element && place.isConnected)));

// ---- some in each frame -------------------------------------------------------------------------------

const UNSEEN = 100; // milliseconds; a frame that has not come by then comes for nobody
/** When the next frame is painted. What is drawn right after one has all the time to its own. Nobody waits for one unseen. */
const frame = () => document.hidden ? Promise.resolve() : new Promise(done => {
    const late = setTimeout(done, UNSEEN);
    requestAnimationFrame(() => setTimeout(() => {
        clearTimeout(late);
        done();
    }));
});

/**
 * What is drawn for one frame, at least: a ticket in sight that moves, or shows another time, is about 1. A screen that has
 * painted as much in good time draws more for the next.
 */
const [LOAD, MOST] = [4, 16];
const [GOOD, LONG] = [20, 30]; // milliseconds
let load = LOAD;
const turns = new Map(); // what for → what it takes, and how
let turning = false;
/** Does something for one of the next frames, in which there is room for it; `act` may say what it took. */
const inTurn = (what, takes, act) => {
    turns.set(what, { takes, act });
    if (!turning) turn();
};
const turn = async () => {
    turning = true;
    while (turns.size > 0) {
        await frame();
        const began = performance.now();
        let left = load;
        for (const [what, { takes, act }] of [...turns].sort(([, one], [, other]) => other.takes - one.takes)) {
            if (takes > left) continue;
            turns.delete(what);
            try {
                left -= act(left) ?? takes;
            } catch (error) {
                console.error(error); // the others have their turn all the same
            }
        }
        await frame(); // what that changed is painted in a frame that does nothing else
        const took = performance.now() - began;
        if (took > LONG) load = Math.max(LOAD, load / 2);
        else if (took < GOOD && left >= 0 && left < load / 2) load = Math.min(MOST, load * 2);
    }
    turning = false;
};
/** A frame that does nothing else. */
const own = what => new Promise(done => inTurn(what, LOAD, () => {
    done();
    return Infinity;
}));
/** One in which others have had their turn: whoever takes one frame after the other leaves them none. */
const shared = () => new Promise(done => inTurn(Symbol("shared"), 0, () => { done(); }));

/**
 * How a wall shows a region of a picture, by its hx-swap (articles.js): in steps, each of which says what it has drawn. The
 * first is done at once, each other one has a frame to its own. What stands first here is shown first; what does not, htmx swaps.
 */
const byHand = new Map();

/** Milliseconds by the server's clock, which a heartbeat tells: ages must not depend on a tablet's. */
let skew = 0;
const serverNow = () => Date.now() + skew;
const setServerNow = text => {
    const now = Number(text);
    if (now > 0) skew = now - Date.now();
};
setServerNow(document.body.dataset.now);

/** What nobody has tapped: the stream, and who waits for an answer. It asks again, and nobody is told when it fails. */
const asksByItself = element => element.id === "stream" || element.matches?.("[data-asks]");

const random = bytes => crypto.getRandomValues(new Uint8Array(bytes)); // randomUUID is missing on plain HTTP
/** An Idempotency-Key for a request that is like no other (keys.js). */
const newKey = () => [...random(16)].map(byte => byte.toString(16).padStart(2, "0")).join("");

/** The articles that a picture names because they stay what they are, each with its number. */
const named = ({ dataset }) => dataset.same.split(" ").map(text => text.split("="));

/** Gives a ticket the number that it has now: where one left, the others move up. */
const renumber = (ticket, number) => {
    const key = one(".key", ticket)?.firstChild;
    if (!key || number === undefined || key.data.trim() === number) return;
    key.data = key.data.replace(/\d+/, number);
    key.parentElement.setAttribute("aria-label", `Key ${number}`);
    if ("n" in ticket.dataset) ticket.dataset.n = number;
};

/** Who gives tickets their numbers: a board does not do all of it in one frame (places.js). */
const numbering = { later: renumber };

const two = number => String(number).padStart(2, "0");

/** The time of day where the café is (body[data-zone]), whatever zone the device believes in. */
const timeFormat = more => {
    const format = { hour: "2-digit", minute: "2-digit", hourCycle: "h23", ...more };
    try {
        return new Intl.DateTimeFormat("en-GB", { ...format, timeZone: document.body.dataset.zone });
    } catch {
        return new Intl.DateTimeFormat("en-GB", format); // a zone that this browser does not know
    }
};
const [minutesFormat, secondsFormat] = [timeFormat({}), timeFormat({ second: "2-digit" })];
const clockTime = (date, seconds = false) => (seconds ? secondsFormat : minutesFormat).format(date);

/** Minor units as a person reads them: 12500 → "12,500"; with two decimals 125000 → "1,250.00". */
const moneyText = (minor, decimals = 0) => {
    const digits = String(Math.abs(minor)).padStart(decimals + 1, "0");
    const whole = digits.slice(0, digits.length - decimals).replace(/\B(?=(\d{3})+$)/g, ",");
    return (minor < 0 ? "−" : "") + whole + (decimals ? `.${digits.slice(-decimals)}` : "");
};

/** What a person typed as minor units, or null where it is no amount. */
const moneyTyped = (text, decimals = 0) => {
    const [, whole, fraction = ""] = /^(\d{1,12})(?:\.(\d*))?$/.exec(text.replace(/[,\s]/g, "")) ?? [];
    if (whole === undefined || fraction.length > decimals) return null;
    return Number(whole + fraction.padEnd(decimals, "0"));
};

/** Shows another icon of the sprite; a browser that is given the same one again looks for it again. */
const setIcon = (svg, name) => {
    const use = svg && one("use", svg);
    const href = use?.getAttribute("href").replace(/#.*/, `#i-${name}`);
    if (use && use.getAttribute("href") !== href) use.setAttribute("href", href);
};

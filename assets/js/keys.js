// Every changing request carries an Idempotency-Key (product.md section 8). Which one says the markup:
//   data-key="tap"               a new key for each tap: product tiles, + and −; two taps there mean two
//   data-deed="send" (data-rev)  "<tab>:<deed>:<revision>" from the nearest data-rev: a second tap repeats the first,
//                                and the control rests for 700 ms, as does the place where it was tapped
//   <input type=hidden name=_key> the key the server drew into the form
//   data-mint="order"            a new UUIDv7 in place of "{id}" in the address and in values; it is the key, too
// Anything else gets a new key.

const REST = 700; // milliseconds

const uuid7 = () => {
    const bytes = random(16);
    let time = Math.trunc(serverNow());
    for (let at = 5; at >= 0; at--) {
        bytes[at] = time % 256;
        time = Math.floor(time / 256);
    }
    bytes[6] = 0x70 | (bytes[6] & 0x0f);
    bytes[8] = 0x80 | (bytes[8] & 0x3f);
    const hex = [...bytes].map(byte => byte.toString(16).padStart(2, "0")).join("");
    return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
};

const tab = (() => {
    try {
        return (sessionStorage.tab ||= newKey());
    } catch {
        return newKey(); // storage is switched off: one id for the life of the page
    }
})();

on("htmx:config:request", event => {
    const { request, sourceElement } = event.detail.ctx;
    if (request.method === "GET" || request.method === "DIALOG") return;
    const deed = sourceElement.closest("[data-deed]");
    if (deed && !rest(deed, request.action)) return event.preventDefault();
    const key = minted(sourceElement, request) ?? drawn(request) ?? (deed && repeatable(deed)) ?? newKey();
    request.headers["Idempotency-Key"] = key;
});

const repeatable = deed => {
    const revision = deed.closest("[data-rev]")?.dataset.rev;
    return revision === undefined ? null : `${tab}:${deed.dataset.deed}:${revision}`;
};

const drawn = request => {
    const key = request.body.get("_key") || null;
    if (request.method === "DELETE") request.body.delete("_key"); // it would travel in the address
    return key;
};

// ---- a control at rest -----------------------------------------------------------------------------

const resting = new Map(); // deed and address → when it may be tapped again

/** False while the same deed at the same address rests; else it rests from now on. */
const rest = (deed, address) => {
    const what = `${deed.dataset.deed} ${address}`;
    const now = performance.now();
    if ((resting.get(what) ?? 0) > now) return false;
    resting.set(what, now + REST);
    deed.dataset.rests = what;
    showRest();
    setTimeout(() => {
        if (resting.get(what) <= performance.now()) resting.delete(what);
        showRest();
    }, REST + 5);
    return true;
};

const actionOf = deed => ["post", "put", "patch", "delete"].map(verb => deed.getAttribute(`hx-${verb}`)).find(Boolean);

/** `aria-disabled`, not `disabled`: that would take the focus away from who works with a keyboard. */
let didRest = false; // some deed, when this was last shown
const showRest = () => {
    // Most of the time nothing rests, and a board has hundreds of deeds.
    if (resting.size === 0 && !didRest) return;
    didRest = resting.size > 0;
    for (const deed of all(resting.size > 0 ? "[data-deed]" : "[data-resting]")) {
        const rests = resting.has(deed.dataset.rests) || resting.has(`${deed.dataset.deed} ${actionOf(deed)}`);
        if (rests && deed.getAttribute("aria-disabled") !== "true") {
            deed.setAttribute("aria-disabled", "true");
            deed.dataset.resting = "";
        } else if (!rests && "resting" in deed.dataset) {
            deed.removeAttribute("aria-disabled");
            delete deed.dataset.resting;
        }
    }
};
onDraw(showRest);

// ---- pushed down ------------------------------------------------------------------------------------

// What stands above all else (an alarm, a question, that the line is down) pushes the rest of a page down: a finger that was
// on its way has not seen that, and what has slid under it is not meant.

const UNSEEN_YET = 350; // milliseconds; nobody reacts to what they see sooner
const content = one("body.pos > main");
let laid = null; // how high what is above the content was, when last looked
let seen = null; // the timer until which nobody can have seen the move

const moves = () => {
    const top = Math.round(content.getBoundingClientRect().top);
    if (laid !== null && laid !== top) {
        clearTimeout(seen);
        document.body.dataset.moved = "";
        seen = setTimeout(() => delete document.body.dataset.moved, UNSEEN_YET);
    }
    laid = top;
};
if (content) new ResizeObserver(moves).observe(content);

/** What hangs over the page (a dialog, a toast, a phone's panel) or stands above what came is where it was. */
const isPushed = element => {
    if (element.closest(".top")) return false;
    for (let each = element; each; each = each.parentElement) if (getComputedStyle(each).position === "fixed") return false;
    return true;
};

on("click", event => {
    if (event.detail === 0 || !content) return; // a key has no place
    moves(); // the frame that shows it may not have come yet
    if (!("moved" in document.body.dataset) || !isPushed(event.target)) return;
    event.preventDefault();
    event.stopImmediatePropagation();
}, { capture: true });

// ---- a place at rest --------------------------------------------------------------------------------

// The board closes up after a bump, and Send turns into Served: the second tap of a nervous finger would do what
// nobody asked for. What has come under a finger that just tapped is not meant; what stood there before is, such as
// the next line of a ticket.

const NEAR = 40; // pixels
let finger = null; // where and when a deed was last tapped, and how all of them lay then

const lies = deed => {
    const { left, top } = deed.getBoundingClientRect();
    return [deed.dataset.deed, actionOf(deed), Math.round(left), Math.round(top)].join(" ");
};
const middle = deed => {
    const { left, top, width, height } = deed.getBoundingClientRect();
    return [left + width / 2, top + height / 2];
};

on("click", event => {
    const deed = event.target.closest?.("[data-deed]");
    if (!deed) return;
    const [x, y] = event.detail > 0 ? [event.clientX, event.clientY] : middle(deed); // a key has no place of its own
    const now = performance.now();
    const near = finger && now - finger.at < REST && Math.hypot(x - finger.x, y - finger.y) <= NEAR;
    if (near && !finger.lay.has(lies(deed))) {
        event.preventDefault();
        event.stopImmediatePropagation();
        return;
    }
    // Where a deed lies that is not even laid out need not be known.
    const shown = all("[data-deed]").filter(each => each.checkVisibility?.({ contentVisibilityAuto: true }) ?? true);
    finger = { x, y, at: now, lay: new Set(shown.map(lies)) };
}, { capture: true });

// ---- ids minted here -------------------------------------------------------------------------------

// Kept for as long as the page stands, since one that was answered leads to the next page and may be tapped again
// until that has come: it asks for the same order, not for a second one. Only who was refused has made nothing.
let mints = new WeakMap();

const minted = (source, request) => {
    const holder = source.closest("[data-mint]");
    if (!holder) return null;
    const id = mints.get(holder) ?? uuid7();
    mints.set(holder, id);
    request.action = request.action.replaceAll("{id}", id);
    for (const [name, value] of [...request.body]) if (value === "{id}") request.body.set(name, id);
    for (const input of all("[data-mint-id]", holder)) request.body.set(input.name, id);
    return `${holder.dataset.mint || "mint"}:${id}`;
};

on("htmx:after:request", event => {
    const { sourceElement, response } = event.detail.ctx;
    const holder = sourceElement.closest?.("[data-mint]");
    if (holder && response.status >= 400 && response.status < 500) mints.delete(holder);
});

// ---- plain forms, which htmx does not send ---------------------------------------------------------

// A second submit before the next page arrives sends the same id and key; going back to the page makes new ones.
on("submit", event => {
    for (const input of all("input[data-mint-id], input[name=_key]", event.target)) {
        if (input.value && input.value !== "{id}") continue;
        input.value = "mintId" in input.dataset ? uuid7() : newKey();
        input.dataset.filled = "";
    }
});
addEventListener("pageshow", event => {
    if (!event.persisted) return;
    for (const input of all("input[data-filled]")) input.value = "";
    mints = new WeakMap();
});

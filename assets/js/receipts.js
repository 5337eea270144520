// Delivery receipts: a ticket of a board carries one (.seen) until a screen has said that it shows the ticket. What stands
// beyond the edge has arrived, too: the button there counts it. One that did not get through is given again: whoever sent
// the ticket would be told that no screen shows it.
//
// They go out one by one and without htmx, which takes a slow screen as long for one as three tickets that are drawn.
// Three asked for at once took half of what a frame may take.

const LATER = 2_000; // milliseconds until one is given for what lies beyond the edge, or given again
const TURN = 100; // milliseconds between two
const GIVE = 1; // of what a frame may do (base.js)
const due = new WeakMap(); // receipt → when it is given, if its ticket is not drawn before
const given = new WeakSet(); // once at least

const dueAt = receipt => {
    if (!due.has(receipt)) due.set(receipt, performance.now() + LATER);
    // A ticket in sight shows its receipt once all the rest of it is drawn (places.js).
    const isDrawn = !far.has(receipt.parentElement) && receipt.style.display !== "none";
    return isDrawn && !given.has(receipt) ? -Infinity : due.get(receipt);
};

const give = async receipt => {
    given.add(receipt);
    due.set(receipt, performance.now() + LATER);
    const answer = await fetch(receipt.dataset.receipt, { method: "POST", headers: { "Idempotency-Key": newKey() } }).catch(() => null);
    if (answer?.ok) receipt.remove();
};

if (board()) setInterval(() => {
    if (document.hidden || document.body.dataset.live === "stale") return;
    const now = performance.now();
    const next = all(".seen", board()).find(receipt => dueAt(receipt) <= now);
    if (next) inTurn(give, GIVE, () => { give(next); });
}, TURN);

// Delivery receipts: a ticket of a board carries one (.seen) until a screen has said that it shows the ticket. What stands
// beyond the edge has arrived, too: the button there counts it. One that did not get through is given again: whoever sent
// the ticket would be told that no screen shows it.
//
// They go out a few at a time, each in a frame of its own, and without htmx, which takes a slow screen as long for one as
// three tickets that are drawn; three that are asked for at once take it half of a frame that may be seen to stutter.

const LATER = 2_000; // milliseconds until one is given for what lies beyond the edge, or given again
const [TURN, AT_ONCE] = [250, 3]; // milliseconds, and how many then
const GIVE = 1; // of what a frame may do (base.js): what has come is shown first
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
    const next = all(".seen", board()).filter(receipt => dueAt(receipt) <= now).slice(0, AT_ONCE);
    for (const receipt of next) own(receipt, GIVE).then(() => give(receipt)); // asked for again meanwhile, it is given once
}, TURN);

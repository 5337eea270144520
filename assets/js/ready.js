// Rings once when something newly waits to be carried out: data-ready="<order>-<milliseconds>", when the last of what
// waits became ready. On the floor and at the pass for everything, on every other screen of a till for one's own orders.

const ALL = "#ready-strip, #ready-list, #pass-ready";
const SHOWN = ["ready-strip", "ready-list", "pass-ready", "all-orders", "ready-bell"];
const isShown = id => document.getElementById(id)?.matches(":not(span#ready-bell)"); // a mere place before the first picture

const REMEMBERED = 300; // orders

// What this tab has shown, on whichever page: what became ready meanwhile rings when it is shown.
let known = null; // order → milliseconds
try {
    if (sessionStorage.ready) known = new Map(JSON.parse(sessionStorage.ready));
} catch { /* storage is switched off, or holds something else: known for the life of the page */ }
const keep = ready => {
    known = ready;
    try {
        sessionStorage.ready = JSON.stringify([...ready]);
    } catch { /* as above */ }
};

const listen = () => {
    if (!SHOWN.some(isShown)) return;
    const me = document.body.dataset.me;
    const isMeant = each => one(ALL) || !me || !each.dataset.own || each.dataset.own === me;
    // What was carried out and taken back has rung before, so what is gone is remembered for a while.
    const ready = new Map([...(known ?? [])].slice(-REMEMBERED));
    let isNews = false;
    for (const each of all("[data-ready]")) {
        const [, order, text] = /^(.*)-(\d+)$/.exec(each.dataset.ready) ?? [];
        const at = Number(text);
        if (order === undefined) continue;
        isNews ||= known !== null && isMeant(each) && at > (known.get(order) ?? 0);
        const before = ready.get(order) ?? 0;
        ready.delete(order); // to the end: it was seen last
        ready.set(order, Math.max(at, before));
    }
    if (isNews) document.dispatchEvent(new CustomEvent("sound", { detail: "ready" }));
    keep(ready);
};
// Not at once: sound.js stands behind this file, and may first have to wake the loudspeaker.
setInterval(listen, 1_000);
on("drawn", listen);

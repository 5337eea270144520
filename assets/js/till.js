// What the till's screens know only here: how many of a product are on this order, which tables to show, and that an
// order without lines is being left.

// ---- the number on a tile --------------------------------------------------------------------------

const countOnTiles = () => {
    const counts = new Map();
    for (const line of all("#order-panel [data-product]:not(.void)")) {
        const { product, quantity } = line.dataset;
        counts.set(product, (counts.get(product) ?? 0) + Number(quantity));
    }
    for (const place of all(".tile [data-in]")) {
        const count = counts.get(place.dataset.in);
        const text = count ? String(count) : "";
        if (place.textContent !== text) place.textContent = text;
    }
};
if (one("#order-panel")) onDraw(countOnTiles);

// ---- which tables ----------------------------------------------------------------------------------

on("change", event => {
    if (event.target.closest?.("[data-filter]")) document.body.dataset.show = event.target.value;
});

// Whose tables they are is known only here, so the numbers are counted here, too.
const MEANT = { all: ".tbl", mine: ".tbl[data-mine]", free: '.tbl[data-status="free"]' };
const countTables = () => {
    for (const place of all("[data-tables]")) {
        const text = String(all(MEANT[place.dataset.tables]).length);
        if (place.textContent !== text) place.textContent = text;
    }
};
if (one("[data-tables]")) onDraw(countTables);

// ---- leaving ---------------------------------------------------------------------------------------

// The server looks again whether there are lines; without this message it would find the order in 15 minutes.
addEventListener("pagehide", () => {
    const address = one("[data-leave]")?.dataset.leave;
    if (!address || one("#order-lines")?.dataset.lines !== "0") return;
    const key = [...crypto.getRandomValues(new Uint8Array(16))].map(byte => byte.toString(16).padStart(2, "0")).join("");
    fetch(address, { method: "POST", keepalive: true, headers: { "Idempotency-Key": key, "HX-Request": "true" } });
});

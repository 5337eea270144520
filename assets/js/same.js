// A picture of a board brings the tickets that changed; of the others it only says that they are there and where they
// stand (<article id data-same>), and but for their number they stay what they are. Where one of them is missing here, this screen is not what the
// server takes it for, and asks for the whole board.

on("htmx:before:swap", event => {
    const { tasks } = event.detail;
    const lost = tasks.filter(({ fragment }) => all("[data-same]", fragment).some(same => !document.getElementById(same.id)));
    if (lost.length === 0) return;
    tasks.splice(0, tasks.length);
    document.dispatchEvent(new CustomEvent("picture:lost"));
});

htmx.registerExtension("same", {
    htmx_before_morph_node: (shown, { newNode }) => {
        const { same, n, key } = newNode.dataset ?? {};
        if (same === undefined) return true;
        // Where one left, the others move up.
        if (n !== undefined && shown.dataset.n !== n) shown.dataset.n = n;
        const place = key === undefined ? null : one(".key", shown);
        if (place && place.textContent.trim() !== key) {
            place.textContent = place.textContent.replace(/\d+/, key);
            place.setAttribute("aria-label", `Key ${key}`);
        }
        return false;
    },
});

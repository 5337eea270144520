// A picture of a board or of the pass brings the tickets that changed; of the others it only says that they are there and
// where they stand (<article id data-same>), and but for their number they stay what they are. Where one of them is missing
// here, this screen is not what the server takes it for, and asks for the whole picture.

on("htmx:before:swap", event => {
    const { tasks } = event.detail;
    const lost = tasks.filter(({ fragment }) => all("[data-same]", fragment).some(same => !document.getElementById(same.id)));
    if (lost.length === 0) return;
    tasks.splice(0, tasks.length);
    document.dispatchEvent(new CustomEvent("picture:lost"));
});

let api; // of htmx, for its extensions

const leaves = shown => api.insertContent({
    target: shown,
    fragment: document.createDocumentFragment(),
    swapSpec: { style: "delete" },
});

// innerArticles: as innerMorph, which would go through every ticket for one that changed, and make htmx look for buttons in
// all of them: on a slow screen that is most of what a picture costs. innerPlain: a region without any button.
htmx.registerExtension("articles", {
    init: given => { api = given; },
    handle_swap: (style, target, fragment) => {
        if (style === "innerPlain") {
            api.morph(target, fragment, true);
            return [];
        }
        if (style !== "innerArticles") return false;
        const next = [...fragment.children];
        const staying = new Set(next.map(each => each.id));
        for (const shown of [...target.children]) if (!shown.id || !staying.has(shown.id)) leaves(shown);
        let place = target.firstElementChild;
        const changed = [];
        for (const each of next) {
            const shown = each.id && document.getElementById(each.id);
            if (shown && shown === place) place = shown.nextElementSibling;
            else if (!shown) target.insertBefore(each, place);
            else if (target.moveBefore) target.moveBefore(shown, place);
            else target.insertBefore(shown, place);
            if (!shown) changed.push(each);
            else if ("same" in each.dataset) renumber(shown, each.dataset);
            else if (each.dataset.print && each.dataset.print === shown.dataset.print) {
                renumber(shown, { n: each.dataset.n, key: one(".key", each)?.textContent.trim() });
            } else {
                const alone = document.createDocumentFragment();
                alone.append(each);
                api.morph(shown, alone, false);
                changed.push(shown);
            }
        }
        return changed;
    },
});

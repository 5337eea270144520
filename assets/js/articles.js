// A picture of a board or of the pass brings the tickets that changed; the others it only names, those that follow each other
// in one empty <article data-same="id=3 id…">, and but for their number they stay what they are. Where one of them is missing
// here, this screen is not what the server takes it for, and asks for the whole picture.

on("htmx:before:swap", event => {
    const { tasks } = event.detail;
    const lost = tasks.some(({ fragment }) => all("[data-same]", fragment).flatMap(named).some(([id]) => !document.getElementById(id)));
    if (!lost) return;
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
        const next = [...fragment.children].flatMap(each => "same" in each.dataset ? named(each) : [[each.id, null, each]]);
        const staying = new Set(next.map(([id]) => id));
        for (const shown of [...target.children]) if (!shown.id || !staying.has(shown.id)) leaves(shown);
        let place = target.firstElementChild;
        const changed = [];
        for (const [id, number, drawn] of next) {
            const shown = id && document.getElementById(id);
            if (shown && shown === place) place = shown.nextElementSibling;
            else if (!shown) target.insertBefore(drawn, place);
            else if (target.moveBefore) target.moveBefore(shown, place);
            else target.insertBefore(shown, place);
            if (!shown) changed.push(drawn);
            else if (!drawn) renumber(shown, number);
            else if (drawn.dataset.print && drawn.dataset.print === shown.dataset.print) renumber(shown, one(".key", drawn)?.textContent.trim());
            else {
                // Of the same document: what need not be moved over stays there.
                const alone = fragment.cloneNode(false);
                alone.append(drawn);
                api.morph(shown, alone, false);
                changed.push(shown);
            }
        }
        return changed;
    },
});

// The buttons of a ticket are made ready when a hand or a key comes near them: most tickets leave again untouched but for
// one of them, and on a slow screen making six ready takes as long as drawing the ticket. Only its receipt waits for nobody.
const LAZY = "#board > .kt, .pcard";
let near = false;
on("htmx:before:process", event => {
    const ticket = near ? null : event.target.closest(LAZY);
    if (!ticket || event.target.matches(".seen")) return;
    event.preventDefault();
    for (const receipt of all(".seen", event.target)) htmx.process(receipt);
});
for (const name of ["pointerdown", "keydown", "click"]) {
    on(name, ({ target }) => {
        const ticket = target.closest?.(LAZY);
        if (!ticket) return;
        near = true;
        htmx.process(ticket);
        near = false;
    }, { capture: true });
}

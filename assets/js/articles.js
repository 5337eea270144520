// A picture of a board or of the pass brings the tickets that changed; the others it only names, those that follow each other
// in one empty <article data-same="id=3 id…">, and but for their number they stay what they are. Where one of them is missing
// here, this screen is not what the server takes it for, and asks for the whole picture.

const isLost = ({ fragment }) => {
    for (const place of all("[data-same]", fragment)) for (const [id] of named(place)) if (!document.getElementById(id)) return true;
    return false;
};
on("htmx:before:swap", event => {
    const { tasks } = event.detail;
    if (!tasks.some(isLost)) return;
    tasks.splice(0, tasks.length);
    document.dispatchEvent(new CustomEvent("picture:lost"));
});

let api; // of htmx, for its extensions
htmx.registerExtension("articles", { init: given => { api = given; } });

// innerMorph: a button under a finger stays the same button. Before the tickets: once one is gone, the key for
// Undo presses what brings it back.
byHand.set("innerMorph", (target, fragment) => {
    api.morph(target, fragment, true);
    htmx.process(target);
    return [() => [...target.children]];
});

// innerArticles: as innerMorph, which would go through every ticket for one that changed, and make htmx look for buttons in
// all of them: on a slow screen that is most of what a picture costs.
byHand.set("innerArticles", (target, fragment) => {
    const next = [...fragment.children].flatMap(each => "same" in each.dataset ? named(each) : [[each.id, null, each]]);
    const staying = new Set(next.map(([id]) => id));
    for (const shown of [...target.children]) {
        if ((shown.id && staying.has(shown.id)) || "stays" in shown.dataset) continue;
        shown.remove();
    }
    let place = target.firstElementChild;
    let before = null;
    const [news, morphs] = [[], []];
    for (const [id, number, coming] of next) {
        const shown = id && document.getElementById(id);
        if (shown && shown === place) place = shown.nextElementSibling;
        else if (shown) {
            if (target.moveBefore) target.moveBefore(shown, place);
            else target.insertBefore(shown, place);
        }
        const behind = before;
        before = shown || coming;
        if (!shown) news.push(() => {
            if (behind) behind.after(coming);
            else target.prepend(coming);
            return coming;
        });
        else if (!coming) numbering.later(shown, number);
        else if (coming.dataset.print && coming.dataset.print === shown.dataset.print) numbering.later(shown, one(".key", coming)?.textContent.trim());
        else {
            numbering.later(shown, coming.dataset.n); // as of those that stay what they are: no two have one number
            morphs.push(() => morph(shown, coming, fragment));
        }
    }
    return [...groups(news, NEW_AT_ONCE), ...groups(morphs, AT_ONCE)];
});

/** How many tickets are morphed in one go: what changes on all pieces of a long one would take more than a frame. */
const AT_ONCE = 2;
/** How many come in one go, where a whole board does. */
const NEW_AT_ONCE = 6;
const groups = (acts, most) => {
    const steps = [];
    while (acts.length > 0) {
        const some = acts.splice(0, most);
        steps.push(() => some.map(act => act()));
    }
    return steps;
};
const morph = (shown, coming, fragment) => {
    // Of the same document: what need not be moved over stays there.
    const alone = fragment.cloneNode(false);
    alone.append(coming);
    api.morph(shown, alone, false);
    return shown;
};

// innerPlain: a region without any button, where nothing is lost when all of it is new.
byHand.set("innerPlain", (target, fragment) => {
    target.replaceChildren(fragment);
    return [() => [...target.children]];
});

// The buttons of a ticket are made ready when a hand or a key comes near them: most tickets leave again untouched but for
// one of them, and on a slow screen making six ready takes as long as drawing the ticket.
for (const name of ["pointerdown", "keydown", "click"]) {
    on(name, ({ target }) => {
        const ticket = target.closest?.("#board > .kt, .pcard");
        if (ticket) htmx.process(ticket);
    }, { capture: true });
}

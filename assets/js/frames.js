// One picture a frame. What arrives before the last one is painted becomes one picture: taken as they come, one after the
// other in one go, nobody would see the first of them, nor could tap anything, until the last was drawn; and a screen that
// is slower than the kitchen would fall behind by more and more.

const stream = one("#stream");
const UNSEEN = 250; // milliseconds; a frame that has not come by then comes for nobody

/** As htmx reads them, so that a row of a table stays one. */
const partials = text => all("template[hx]", new DOMParser().parseFromString(
    text.replaceAll("<hx-partial", '<template hx type="partial"').replaceAll("</hx-partial>", "</template>"), "text/html"));
const targetOf = partial => partial.getAttribute("hx-target");

/** Pictures as one: the last of each region, with the tickets that it takes as known from those before. */
const merged = pictures => {
    const later = new Map();
    for (const known of pictures.reverse().flatMap(picture => partials(picture))) {
        const partial = later.get(targetOf(known));
        if (!partial) later.set(targetOf(known), known);
        for (const place of partial ? all("[data-same]", partial.content) : []) {
            const ticket = one(`[id="${CSS.escape(place.id)}"]`, known.content);
            if (!ticket || "same" in ticket.dataset) continue;
            renumber(ticket, place.dataset);
            place.replaceWith(ticket);
        }
    }
    const text = new XMLSerializer();
    return [...later.values()].map(partial => text.serializeToString(partial)).join("");
};

if (stream) {
    let painting = null; // until the last picture is seen
    let waiting = []; // what has come since

    // The frame after the one that paints it: what a slow screen has to do for the next picture shall not add to that.
    const painted = () => new Promise(done => {
        const late = setTimeout(done, UNSEEN);
        requestAnimationFrame(() => requestAnimationFrame(() => setTimeout(() => {
            clearTimeout(late);
            done();
        })));
    });
    const paints = () => {
        painting = painted().then(async () => {
            const pictures = waiting;
            [painting, waiting] = [null, []];
            if (pictures.length === 0) return;
            paints();
            const text = pictures.length === 1 ? pictures[0] : merged(pictures);
            await htmx.swap({ sourceElement: stream, swap: "none", text });
        }).catch(error => {
            console.error(error);
            document.dispatchEvent(new CustomEvent("picture:lost"));
        });
    };

    stream.addEventListener("htmx:sse:before:message", ({ detail }) => {
        if (detail.message.event) {
            // A heartbeat vouches for what is shown.
            if (waiting.length > 0) detail.waitUntil(painting);
        } else if (painting === null) {
            paints();
        } else {
            waiting.push(detail.message.data);
            detail.cancelled = true;
        }
    });
}

// One picture a frame. What arrives before the last one is painted becomes one picture: taken as they come, one after the
// other in one go, nobody would see the first of them, nor could tap anything, until the last was drawn; and a screen that
// is slower than the kitchen would fall behind by more and more.

const stream = one("#stream");

const reader = document.createRange();
reader.selectNodeContents(document.createElement("template").content); // of a document where nothing is fetched
/** The regions of a picture, as htmx reads them, so that a row of a table stays one. */
const partials = text => all("template[hx]", reader.createContextualFragment(
    text.replaceAll("<hx-partial", '<template hx type="partial"').replaceAll("</hx-partial>", "</template>")));
/** How many tickets are read in one go. A board of sixty takes a slow screen longer than a frame. */
const AT_ONCE = 6;
/** How many pictures are read in one go: fewer, and a slow screen falls behind when many come. */
const READ_AT_ONCE = 3;
const RUN = new RegExp(`(?:<article\\b[^]*?</article>\\s*){1,${AT_ONCE}}`, "g"); // of tickets; none holds another
const inSlices = text => {
    const slices = [];
    const around = text.replace(RUN, slice => `<article data-slice="${slices.push(slice) - 1}"></article>`);
    return slices.length > 1 ? readSlices(partials(around), slices) : partials(text);
};
const readSlices = async (regions, slices) => {
    for (const place of regions.flatMap(region => all("[data-slice]", region.content))) {
        await own(place);
        place.replaceWith(reader.createContextualFragment(slices[place.dataset.slice]));
    }
    return regions;
};
const regionsOf = picture => typeof picture === "string" ? partials(picture) : picture;
const targetOf = partial => partial.getAttribute("hx-target");

/** Pictures as one: the last of each region, with the tickets that it takes as known from those before. */
const merged = pictures => {
    const later = new Map();
    for (const known of pictures.reverse().flatMap(regionsOf)) {
        const partial = later.get(targetOf(known));
        if (!partial) later.set(targetOf(known), known);
        for (const place of partial ? all("[data-same]", partial.content) : []) place.replaceWith(...named(place).map(([id, number]) => {
            const ticket = one(`[id="${CSS.escape(id)}"]`, known.content);
            if (ticket) renumber(ticket, number);
            const still = place.cloneNode();
            still.dataset.same = number === undefined ? id : `${id}=${number}`;
            return ticket ?? still;
        }));
    }
    return [...later.values()];
};

/**
 * Shows a picture, until something `isLost`. What hangs on a wall shows most regions by itself: htmx tells of each step, makes
 * ready what is ready, and adds and takes classes that have the board styled anew, which a slow screen feels.
 */
const show = async (pictures, isLost) => {
    if (byHand.size === 0 && pictures.length === 1) return htmx.swap({ sourceElement: stream, swap: "none", text: pictures[0] });
    const regions = merged(pictures);
    // What is only read comes last.
    const byUs = [...byHand.keys()].flatMap(style => regions.filter(region => region.getAttribute("hx-swap") === style));
    for (const [at, region] of byUs.entries()) {
        if (at > 0) await own(region);
        const [target, style] = [one(targetOf(region)), region.getAttribute("hx-swap")];
        const tasks = target ? [{ target, fragment: region.content, swapSpec: { style } }] : [];
        stream.dispatchEvent(new CustomEvent("htmx:before:swap", { detail: { tasks }, bubbles: true })); // what is older or lost goes
        if (isLost()) return;
        for (const { fragment } of tasks) {
            for (const [step, draw] of byHand.get(style)(target, fragment).entries()) {
                if (step > 0) await own(region);
                drawn(draw());
            }
        }
    }
    const xml = new XMLSerializer();
    const text = regions.filter(region => !byUs.includes(region)).map(region => xml.serializeToString(region)).join("");
    if (text !== "") await htmx.swap({ sourceElement: stream, swap: "none", text });
};

if (stream) {
    let drawing = null; // until all that has come is painted
    let waiting = []; // what has come since the last picture was drawn
    let lost = false; // until another connection brings the whole picture, nothing is true here, nor vouched for
    let losses = 0;
    on("picture:lost", () => {
        lost = true;
        losses += 1;
        waiting = []; // news of what is not here
    });
    stream.addEventListener("htmx:sse:after:connection", () => { lost = false; });

    const draws = async () => {
        try {
            while (waiting.length > 0) {
                await own(stream);
                const before = losses;
                const isLost = () => losses !== before;
                const pictures = [];
                for (const [at, text] of waiting.splice(0).entries()) {
                    if (at > 0 && at % READ_AT_ONCE === 0) await own(stream);
                    pictures.push(byHand.size > 0 ? await inSlices(text) : text);
                }
                if (byHand.size > 0) await own(stream); // one is read in one frame, and shown in others
                if (!isLost()) await show(pictures, isLost);
                if (waiting.length > 0) await shared();
            }
        } catch (error) {
            console.error(error);
            waiting = [];
            document.dispatchEvent(new CustomEvent("picture:lost"));
        } finally {
            drawing = null;
        }
    };

    stream.addEventListener("htmx:sse:before:message", ({ detail }) => {
        if (detail.message.event) {
            // A heartbeat vouches for what is shown.
            detail.waitUntil(Promise.resolve(drawing).then(() => {
                if (lost && detail.message.event === "heartbeat") detail.cancelled = true;
            }));
            return;
        }
        detail.cancelled = true;
        if (lost) return;
        const text = detail.message.data;
        waiting.push(text);
        drawing ??= draws();
    });
}

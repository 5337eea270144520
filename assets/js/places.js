// Where the tickets of a board stand: in columns, one below the other, as many columns as fit. They are put there one by one
// (position and translate), some for each frame, and a ticket that comes into sight is drawn piece by piece: in a layout of the
// browser's, a ticket that leaves has all that follow it moved, numbered, and the next one drawn in one go, which takes a slow
// screen longer than everything else of a picture. What stands well beyond the edge is not drawn at all.

const heights = new WeakMap(); // ticket → pixels
const stands = new WeakMap(); // what was put somewhere → where

/** What the board has between its edges, in pixels; measured anew when the screen or its text changes. */
const COLUMN = 20; // em, at least
let space = null;
const inside = () => space ??= measured();
const measured = () => {
    const style = getComputedStyle(board());
    const [start, end, above, below, columnGap, size] = [style.paddingInlineStart, style.paddingInlineEnd, style.paddingBlockStart,
        style.paddingBlockEnd, style.columnGap, style.fontSize].map(parseFloat);
    const [width, height, gap] = [board().clientWidth - start - end, board().clientHeight - above - below, columnGap || 0];
    const columns = Math.max(1, Math.floor((width + gap) / (COLUMN * size + gap)));
    return { width, height, gap, size, wide: (width - (columns - 1) * gap) / columns };
};

/** Lower than any ticket is: one that may fit comes near, and then has its real height. */
const GUESS = 6; // em
const pieces = new Map(); // ticket in sight → what of it is not drawn yet
const tallOf = ticket => heights.get(ticket) ?? GUESS * inside().size;

/** Where each ticket belongs. */
const layout = () => {
    const { height, gap, wide } = inside();
    let [x, y] = [0, 0];
    return tickets().map(ticket => {
        const tall = tallOf(ticket);
        if (y > 0 && y + tall > height + 0.5) [x, y] = [x + wide + gap, 0];
        const place = { ticket, x, y };
        y += tall + gap;
        return place;
    });
};

const put = (what, x, y) => {
    stands.set(what, { x, y });
    what.style.translate = `${x}px ${y}px`;
};
const isThere = (what, x, y) => stands.get(what)?.x === x && stands.get(what).y === y;
// The margin beside the last column, where the board can be scrolled: what is put somewhere takes none along.
const end = document.createElement("i");
end.dataset.stays = "";

// ---- in sight or not ----------------------------------------------------------------------------------

let scrolled = 0; // pixels
const ASIDE = -20_000; // pixels, where nobody sees it
/** Whether a ticket that stands there is in sight, or in the column beside the edge. */
const isNear = x => {
    const { width, wide, gap } = inside();
    return x > scrolled - 2 * (wide + gap) && x < scrolled + width + wide + gap;
};
const show = (what, isShown) => { what.style.display = isShown ? "" : "none"; };
const hide = ticket => {
    far.add(ticket);
    pieces.delete(ticket);
    show(ticket, false);
};
/** The receipt comes last: it says that the ticket is seen. */
const piecesOf = ticket => [...ticket.children].flatMap(each => each.localName === "ul" ? [...each.children] : [each])
    .sort((one, other) => one.matches(".seen") - other.matches(".seen"));
const comeNear = ticket => {
    const its = piecesOf(ticket);
    for (const piece of its) show(piece, false);
    pieces.set(ticket, its);
    far.delete(ticket);
    put(ticket, ASIDE, 0); // until it is whole, and known how tall it is
    show(ticket, true);
    document.dispatchEvent(new CustomEvent("board:near", { detail: ticket }));
};

// ---- some for each frame ------------------------------------------------------------------------------

// What each takes of a frame (LOAD in base.js), measured on the slow board of the benchmark.
const [MOVE, COME, PIECE, LEAVE] = [1, 1, 1.5, 0.5];
const unnumbered = new Map(); // ticket → its number
const number = ticket => {
    if (unnumbered.has(ticket)) renumber(ticket, unnumbered.get(ticket));
    unnumbered.delete(ticket);
};

/** All of it is drawn. How tall it is need not have changed since the last piece, so nobody may tell (`sizes`). */
const unmeasured = new WeakSet();
const measure = ticket => {
    unmeasured.delete(ticket);
    if (ticket.offsetHeight > inside().height) fit([ticket]);
    heights.set(ticket, ticket.offsetHeight);
};

/** What is left to do for each ticket, in the order in which it is done: what it takes, and how. */
const todo = places => places.flatMap(({ ticket, x, y }) => {
    if (!isNear(x)) {
        number(ticket);
        return far.has(ticket) ? [] : [[LEAVE, () => hide(ticket)]];
    }
    const its = [];
    if (far.has(ticket)) its.push([COME, () => comeNear(ticket)]);
    for (const piece of pieces.get(ticket) ?? []) its.push([PIECE, () => {
        show(piece, true);
        const left = pieces.get(ticket);
        left.splice(left.indexOf(piece), 1);
        if (left.length > 0) return;
        pieces.delete(ticket);
        unmeasured.add(ticket);
    }]);
    if (its.length === 0 && (unmeasured.has(ticket) || !heights.has(ticket))) its.push([MOVE, () => measure(ticket)]);
    if (its.length === 0 && (!isThere(ticket, x, y) || unnumbered.has(ticket))) its.push([MOVE, () => {
        put(ticket, x, y);
        number(ticket);
    }]);
    return its;
});

/** Brings tickets nearer to where they belong, for what a frame has left; what that took. */
const step = most => {
    const places = layout();
    const last = places.at(-1);
    const { width, wide } = inside();
    const edge = last && last.x + wide > width ? last.x + wide : 0;
    if (!isThere(end, edge, 0)) put(end, edge, 0);
    // Into the room that the one before has left, from whichever end that is.
    const first = places.find(({ ticket, x, y }) => ![undefined, ASIDE].includes(stands.get(ticket)?.x) && isNear(x) && !isThere(ticket, x, y));
    const was = first && stands.get(first.ticket);
    if (was && (first.x > was.x || (first.x === was.x && first.y > was.y))) places.reverse();
    let took = 0;
    const its = todo(places);
    for (const [takes, act] of its) {
        if (took > 0 && took + takes > most) break;
        took += takes;
        act();
    }
    beyond(places);
    if (its.length > 0) work();
    return took;
};
const work = () => inTurn(board(), 0, step);
/** All of it: somebody waits for the page that they have turned to. */
const workAtOnce = () => {
    do {
        const whole = tickets().filter(ticket => !far.has(ticket) && !pieces.has(ticket) && ticket.offsetHeight > 0);
        fit(whole.filter(ticket => ticket.offsetHeight > inside().height));
        for (const ticket of whole) heights.set(ticket, ticket.offsetHeight);
    } while (step(Infinity) > 0);
};

// ---- tickets that fit ---------------------------------------------------------------------------------

// The server cuts a long ticket into pieces as high as a column of a wall with text of the usual size. What is too tall
// all the same, because the screen is lower or its text bigger, is drawn smaller: it would go on below the edge.
const SMALLEST = 4; // .kt[data-fit] in the style sheet
const sizeOf = ticket => Number(ticket.dataset.fit ?? 0);
const fit = tall => {
    const { height } = inside();
    for (const ticket of tall) {
        for (let size = sizeOf(ticket) + 1; size <= SMALLEST && ticket.offsetHeight > height; size++) ticket.dataset.fit = size;
    }
};

// What comes, grows or is drawn tells how tall it is.
const sizes = new ResizeObserver(entries => {
    const seen = entries.map(({ target, borderBoxSize }) => [target, borderBoxSize[0].blockSize])
        .filter(([ticket, tall]) => tall > 0 && !pieces.has(ticket));
    const isTooTall = ([ticket, tall]) => tall > inside().height && sizeOf(ticket) < SMALLEST;
    for (const [ticket, tall] of seen.filter(each => !isTooTall(each))) heights.set(ticket, tall);
    const tall = seen.filter(isTooTall).map(([ticket]) => ticket);
    if (tall.length > 0) requestAnimationFrame(() => fit(tall)); // which has it tell again how tall it is
    if (seen.length > 0) work();
});

/** The screen has another size, or its text: everything is measured anew. */
const arrange = () => {
    const before = JSON.stringify(space);
    space = null;
    if (JSON.stringify(inside()) === before) return;
    board().style.setProperty("--wide", `${inside().wide}px`);
    for (const ticket of tickets()) {
        delete ticket.dataset.fit;
        heights.delete(ticket);
    }
    const shown = tickets().filter(ticket => !far.has(ticket) && !pieces.has(ticket)).map(ticket => [ticket, ticket.offsetHeight]); // all, before one changes
    for (const [ticket, tall] of shown) heights.set(ticket, tall);
    for (const { ticket, x } of layout()) if (!isNear(x)) hide(ticket);
    workAtOnce();
};

// ---- tickets beyond the edge --------------------------------------------------------------------------

// Who looks at a full board must see that there is more of it. A tap goes on, and from the end back to the oldest.
const SLACK = 8; // pixels by which a ticket may stand out

const beyond = places => {
    const button = one('[data-board="beyond"]');
    if (!button) return;
    const { width, wide } = inside();
    const whole = places.filter(({ ticket }) => ticket.hasAttribute("data-n")).map(({ x }) => x - scrolled);
    const after = whole.filter(x => x + wide > width + SLACK).length;
    const before = whole.filter(x => x < -SLACK).length;
    const text = after > 0 ? `${after} more →` : before > 0 ? `← ${before} older` : "";
    if (button.textContent !== text) button.textContent = text;
    if (button.hidden !== (text === "")) button.hidden = text === "";
    button.dataset.to = after > 0 ? "on" : "start";
};
const turned = () => {
    scrolled = board().scrollLeft;
    work();
};
const scrollTo = left => {
    board().scrollTo({ left, behavior: "instant" });
    scrolled = board().scrollLeft;
    workAtOnce();
};
// As many columns as the board shows: the first one beyond the edge comes to stand at the edge.
on("board:page", ({ detail }) => scrollTo(board().scrollLeft + detail * (inside().width + inside().gap)));
/** One that a key has chosen: what is not drawn cannot be scrolled to. */
on("board:bring", ({ detail }) => {
    const { x } = layout().find(({ ticket }) => ticket === detail) ?? {};
    if (x === undefined) return;
    const { width, wide } = inside();
    if (x < scrolled) scrollTo(x);
    else if (x + wide > scrolled + width) scrollTo(x + wide - width);
});

if (board()) {
    htmx.config.morphIgnore.push("style", "data-fit"); // the server draws none: where a ticket stands, and how big
    numbering.later = (ticket, its) => {
        if (ticket.dataset.n === its) return; // and what is drawn follows by itself
        if (its !== undefined && ticket.hasAttribute("data-n")) ticket.dataset.n = its; // what a key means, at once
        unnumbered.set(ticket, its);
    };
    const known = new WeakSet();
    onDraw(places => {
        const drawn = places.includes(document) ? tickets() : places.filter(each => each.matches("#board > article"));
        for (const ticket of drawn) {
            unnumbered.delete(ticket); // drawn with its number
            if (known.has(ticket)) continue;
            known.add(ticket);
            sizes.observe(ticket);
            if ("placed" in board().dataset) hide(ticket);
        }
        work();
    });
    board().addEventListener("scroll", turned);
    new ResizeObserver(arrange).observe(board());
    on("screen:size", arrange);
    board().append(end);
    space = null;
    arrange(); // as long as all of it is drawn
    board().dataset.placed = "";
}

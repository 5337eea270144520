// Where the tickets of a board stand: in columns, one below the other, as many columns as fit. They are put there one by one
// (position and translate), some in each frame: in a layout of the browser's, a ticket that leaves has all that follow it moved,
// numbered, and the next one shown in one go, which takes a slow screen longer than everything else of a picture. For the same
// reason what stands well beyond the edge has nothing drawn in it (content-visibility), and is shown when it comes near.

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
    return { width, height, gap, size, columns, wide: (width - (columns - 1) * gap) / columns };
};

const layout = () => {
    const { width, height, gap, wide } = inside();
    let [x, y] = [0, 0];
    const wanted = tickets().map(ticket => {
        const tall = heights.get(ticket) ?? 0;
        if (y > 0 && y + tall > height + 0.5) [x, y] = [x + wide + gap, 0];
        const place = { ticket, x, y };
        y += tall + gap;
        return place;
    });
    put(end, x + wide > width ? x + wide : 0, 0);
    return wanted;
};

const put = (what, x, y) => {
    const now = stands.get(what);
    if (now?.x === x && now.y === y) return;
    stands.set(what, { x, y });
    what.style.translate = `${x}px ${y}px`;
};
// The margin beside the last column, where the board can be scrolled: what is put somewhere takes none along.
const end = document.createElement("i");
end.dataset.stays = "";

// ---- some in each frame -------------------------------------------------------------------------------

// What a frame may do, and what it takes, measured on the slow board of the benchmark: a ticket in sight that moves or gets
// another number is 1.
const LOAD = 4;
const [SHOWN, FAR] = [5, 0.15];
const MANY = 8; // so many to be shown are all shown at once: a board that has just come, or another page
const unnumbered = new Map(); // ticket → its number

let scrolled = 0; // pixels
/** Whether a ticket that stands there is in sight, or in the column beside the edge. */
const isNear = x => {
    const { width, wide, gap } = inside();
    return x > scrolled - 2 * (wide + gap) && x < scrolled + width + wide + gap;
};
const show = (ticket, isShown) => {
    if (isShown) far.delete(ticket);
    else far.add(ticket);
    ticket.style.contentVisibility = isShown ? "visible" : "";
};

/** Brings tickets nearer to where they belong; whether something is left to do. */
const step = (most = LOAD) => {
    const todo = layout().flatMap(({ ticket, x, y }) => {
        const at = stands.get(ticket);
        const [moves, near] = [at?.x !== x || at.y !== y, isNear(x)];
        const turns = near === far.has(ticket);
        if (!moves && !turns && !unnumbered.has(ticket)) return [];
        const cost = (turns ? SHOWN : 0) + (near || isNear(at?.x) ? 1 : FAR);
        return [{ ticket, x, y, near, turns, cost, later: at !== undefined && (x > at.x || (x === at.x && y > at.y)) }];
    });
    // Into the room that the one before has left, from whichever end that is.
    if (todo[0]?.later) todo.reverse();
    if (todo.filter(({ turns, near }) => turns && near).length >= MANY) most = Infinity;
    let load = 0;
    for (const [done, { ticket, x, y, near, turns, cost }] of todo.entries()) {
        if (done > 0 && load + cost > most) break;
        load += cost;
        put(ticket, x, y);
        if (turns) show(ticket, near);
        if (unnumbered.has(ticket)) renumber(ticket, unnumbered.get(ticket));
        unnumbered.delete(ticket);
    }
    const came = todo.filter(({ ticket, turns, near }) => turns && near && !far.has(ticket)).map(({ ticket }) => ticket);
    if (came.length > 0) document.dispatchEvent(new CustomEvent("board:near", { detail: came }));
    beyond();
    return todo.length > 0;
};

let working = false;
const work = async () => {
    if (working) return;
    working = true;
    do await frame();
    while (step());
    working = false;
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

// What comes, grows or is shown tells how tall it is.
const sizes = new ResizeObserver(entries => {
    for (const { target, borderBoxSize } of entries) {
        // Of what is not shown the browser tells a guess.
        if (!far.has(target) || !heights.has(target)) heights.set(target, borderBoxSize[0].blockSize);
    }
    const tall = entries.map(({ target }) => target).filter(each => heights.get(each) > inside().height && sizeOf(each) < SMALLEST);
    if (tall.length > 0) requestAnimationFrame(() => fit(tall));
    if (entries.length >= MANY) step(Infinity);
    else work();
});

/** The screen has another size, or its text: everything is measured anew. */
const arrange = () => {
    const before = JSON.stringify(space);
    space = null;
    if (JSON.stringify(inside()) === before) return;
    board().style.setProperty("--columns", inside().columns);
    const all = tickets();
    for (const ticket of all) delete ticket.dataset.fit;
    const tall = all.map(ticket => [ticket, ticket.offsetHeight]); // all, before one of them changes
    for (const [ticket, height] of tall) heights.set(ticket, height);
    fit(tall.filter(([, height]) => height > inside().height).map(([ticket]) => ticket));
    step(Infinity);
};

// ---- tickets beyond the edge --------------------------------------------------------------------------

// Who looks at a full board must see that there is more of it.
const SLACK = 8; // pixels by which a ticket may stand out

const beyond = () => {
    const button = one('[data-board="beyond"]');
    if (!button) return;
    const { width, wide } = inside();
    const whole = tickets().filter(ticket => ticket.hasAttribute("data-n")).map(ticket => (stands.get(ticket)?.x ?? 0) - scrolled);
    const after = whole.filter(x => x + wide > width + SLACK).length;
    const before = whole.filter(x => x < -SLACK).length;
    const text = after > 0 ? `${after} more →` : before > 0 ? `← ${before} older` : "";
    if (button.textContent !== text) button.textContent = text;
    button.hidden = text === "";
    button.dataset.to = after > 0 ? "on" : "start";
};
const turned = () => {
    scrolled = board().scrollLeft;
    step(Infinity);
};
// As many columns as the board shows: the first one beyond the edge comes to stand at the edge.
on("board:page", ({ detail }) => {
    board().scrollBy({ left: detail * (inside().width + inside().gap), behavior: "instant" });
    turned();
});

if (board()) {
    htmx.config.morphIgnore.push("style"); // the server draws none: it is where the ticket stands
    numbering.later = (ticket, its) => {
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
            far.add(ticket);
            sizes.observe(ticket);
        }
        if (drawn.length > 0) for (const { ticket, x, y } of layout()) if (!stands.has(ticket)) put(ticket, x, y);
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

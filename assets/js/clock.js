// Ages and the time of day, by the server's clock: <time datetime data-tick>. A kitchen ticket also gets
// its data-age from the thresholds it carries (data-soon, data-late, in seconds), with the word and the icon.

const FRESH = 15; // seconds in which a ticket is called new
const AGES = { new: ["new", "New"], ok: ["clock", "On time"], soon: ["warn", "Slow"], late: ["late", "Late"] };

const ageWords = seconds => {
    const minutes = Math.floor(seconds / 60);
    const hours = Math.floor(minutes / 60);
    if (minutes === 0) return "now";
    if (hours === 0) return `${minutes} min`;
    return hours < 48 ? `${hours} h ${two(minutes % 60)}` : `${Math.floor(hours / 24)} days`;
};

const TEXTS = {
    board: seconds => `${Math.floor(seconds / 60)}:${two(seconds % 60)}`,
    floor: ageWords,
};

const secondsSince = time => Math.max(0, Math.floor((serverNow() - Date.parse(time.dateTime)) / 1000));

const show = time => {
    const kind = time.dataset.tick;
    const text = kind === "clock" ? clockTime(new Date(serverNow())) : TEXTS[kind]?.(secondsSince(time));
    if (text === undefined || time.textContent === text) return;
    // Another text in the same node: another node would have more of the page styled anew.
    if (time.firstChild) time.firstChild.data = text;
    else time.textContent = text;
};
/** What is in a place; of a board that goes on beyond its edge, what is seen. Whether a ticket came into another age. */
const tick = place => {
    let grown = false;
    for (const time of among([place], "time[data-tick]")) if (!far.has(time.closest(".kt"))) show(time);
    for (const ticket of among([place], "[data-soon][data-late]")) {
        const time = one("time[datetime]", ticket);
        // A course that was fired later has a clock of its own, which is not the one in the header.
        const since = ticket.dataset.since ? { dateTime: ticket.dataset.since } : time;
        if (since) grown = grow(ticket, secondsSince(since)) || grown;
    }
    return grown;
};

const grow = (ticket, seconds) => {
    const age = seconds < FRESH ? "new"
        : seconds >= Number(ticket.dataset.late) ? "late"
        : seconds >= Number(ticket.dataset.soon) ? "soon" : "ok";
    const label = one("[data-age-label]", ticket);
    const [icon, word] = AGES[age];
    const words = label && one("span", label);
    const isFresh = ticket.hasAttribute("data-fresh");
    if (ticket.dataset.age === age && isFresh === (age === "new") && (!words || words.textContent === word)) return false;
    ticket.dataset.age = age;
    ticket.toggleAttribute("data-fresh", age === "new");
    if (!label) return true;
    setIcon(one("svg", label), icon);
    if (words && words.textContent !== word) words.textContent = word;
    return true;
};

onDraw(places => places.forEach(tick));
on("board:near", ({ detail }) => tick(detail));

// A slow screen with a full board has not the time to do all of it in one go. What is beyond the edge shows no time, but
// rings when it gets late.
const [TICK, GROW, AGES_OF_FAR] = [0.6, 2, 1]; // of what a frame may do (base.js)
const SHARES = 5; // each second, one of so many
let seconds = 0;
const tickTickets = () => {
    const [beyond, near] = [true, false].map(is => tickets().filter(ticket => far.has(ticket) === is));
    for (const ticket of near) inTurn(ticket, TICK, () => tick(ticket) ? GROW : TICK);
    seconds += 1;
    const share = beyond.filter((_, at) => at % SHARES === seconds % SHARES);
    if (share.length > 0) inTurn(far, AGES_OF_FAR, () => share.forEach(tick));
};
setInterval(() => {
    if (!board()) return tick(document);
    all(".top time[data-tick]").forEach(show);
    tickTickets();
}, 1000);

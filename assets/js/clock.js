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

// Of a board that goes on beyond its edge only what is seen ticks: each time that moves has its ticket laid out again.
const beyond = new WeakSet();
const watched = new WeakSet();
const watch = one("#board") && new IntersectionObserver(entries => {
    for (const { target, isIntersecting } of entries) {
        if (isIntersecting) beyond.delete(target);
        else beyond.add(target);
    }
    tick(entries.map(({ target }) => target));
}, { root: one("#board") });

const watchTickets = () => {
    for (const ticket of one("#board").children) {
        if (watched.has(ticket)) continue;
        watched.add(ticket);
        watch.observe(ticket);
    }
};

const tick = places => {
    if (watch) watchTickets();
    for (const time of among(places, "time[data-tick]")) {
        if (watch && beyond.has(time.closest(".kt"))) continue;
        const kind = time.dataset.tick;
        const text = kind === "clock" ? clockTime(new Date(serverNow())) : TEXTS[kind]?.(secondsSince(time));
        if (text === undefined || time.textContent === text) continue;
        // Another text in the same node: another node would have more of the page styled anew.
        if (time.firstChild) time.firstChild.data = text;
        else time.textContent = text;
    }
    for (const ticket of among(places, "[data-soon][data-late]")) {
        const time = one("time[datetime]", ticket);
        // A course that was fired later has a clock of its own, which is not the one in the header.
        const since = ticket.dataset.since ? { dateTime: ticket.dataset.since } : time;
        if (since) grow(ticket, secondsSince(since));
    }
};

const grow = (ticket, seconds) => {
    const age = seconds < FRESH ? "new"
        : seconds >= Number(ticket.dataset.late) ? "late"
        : seconds >= Number(ticket.dataset.soon) ? "soon" : "ok";
    const label = one("[data-age-label]", ticket);
    const [icon, word] = AGES[age];
    const words = label && one("span", label);
    const isFresh = ticket.hasAttribute("data-fresh");
    if (ticket.dataset.age === age && isFresh === (age === "new") && (!words || words.textContent === word)) return;
    ticket.dataset.age = age;
    ticket.toggleAttribute("data-fresh", age === "new");
    if (!label) return;
    setIcon(one("svg", label), icon);
    if (words && words.textContent !== word) words.textContent = word;
};

onDraw(tick);
setInterval(() => tick([document]), 1000);

// Watches the page's one stream (#stream, drawn by ui::page). htmx reads it; this file knows when it has
// fallen silent, says so (body[data-live="stale"]), makes it connect again, and never lets a screen look
// calm while it is not live. The server sends a heartbeat every 5 s and a whole picture on each connect.

const SILENT = 10_500; // two missed heartbeats and half a second for the network
const DOUBT = 7_500; // one missed: connect again before anybody has to be told
const PACE = 2_000; // between two tries while there is no connection
const UNPAIRED = 30_000; // between two of a display whose pairing is over
const stream = one("#stream");

if (stream) {
    const wall = document.body.classList.contains("wall");
    const display = "display" in document.body.dataset; // paired, and nobody signs in on it
    const conn = one("#conn");
    const banner = one("#stale");
    const calm = conn && { kind: conn.dataset.kind, text: one("span", conn)?.textContent };
    let heard = Date.now(); // when the server was last heard
    let tried = Date.now(); // when a new connection was last asked for, or one was opened
    let ticked = Date.now();

    // Only a heartbeat counts: the server withholds it while it cannot vouch for a picture, and sends the
    // first one after the pictures.
    stream.addEventListener("heartbeat", event => {
        heard = Date.now();
        setServerNow(event.detail.data);
        if (document.body.dataset.live === "stale") recovered();
    });
    stream.addEventListener("signed-out", () => refused(401));
    stream.addEventListener("htmx:sse:after:connection", () => { tried = Date.now(); });

    const reconnect = () => {
        tried = Date.now();
        const connection = stream._htmx?.sse;
        if (!connection) {
            // The first connection failed, which the extension does not try again by itself.
            stream.dispatchEvent(new CustomEvent("live:retry"));
        } else if (connection.delayCanceller) {
            connection.delayCanceller();
        } else {
            connection.reader?.cancel().catch(() => {});
        }
    };

    const silent = () => {
        if (document.body.dataset.live !== "stale") {
            document.body.dataset.live = "stale";
            document.body.dataset.since = clockTime(new Date(heard), true);
            const words = banner && one("b", banner);
            if (words) words.textContent = `NOT LIVE since ${document.body.dataset.since}`;
            document.dispatchEvent(new CustomEvent("live:lost"));
        }
        showConn("warn", "offline", `Not live ${age(Date.now() - heard)}`);
    };

    const recovered = () => {
        delete document.body.dataset.live;
        delete document.body.dataset.since;
        delete document.body.dataset.unpaired;
        if (calm) showConn(calm.kind, "wifi", calm.text);
        document.dispatchEvent(new CustomEvent("live:found"));
    };

    const showConn = (kind, icon, text) => {
        if (!conn || (conn.dataset.kind === kind && one("span", conn).textContent === text)) return;
        conn.dataset.kind = kind;
        setIcon(one("svg", conn), icon);
        one("span", conn).textContent = text;
    };

    const age = milliseconds => {
        const seconds = Math.floor(milliseconds / 1000);
        return `${Math.floor(seconds / 60)}:${two(seconds % 60)}`;
    };

    // Whoever was away (asleep, in the background, without network, or with another clock) gets a fresh picture at
    // once, and a moment for it to come before the banner does.
    const back = () => {
        const now = Date.now();
        heard = Math.min(Math.max(heard, now - DOUBT), now);
        reconnect();
    };

    setInterval(() => {
        const now = Date.now();
        const slept = now - ticked > 5_000 || now < ticked; // or somebody set the clock back
        ticked = now;
        stayAwake();
        if (document.hidden && !wall) return; // the stream of a till in the background is paused
        if (slept) back();
        // An open connection gets its time: its first heartbeat waits for the pictures.
        const unpaired = "unpaired" in document.body.dataset;
        const patience = unpaired ? UNPAIRED : stream._htmx?.sse?.reader ? DOUBT : PACE;
        if (now - heard > DOUBT && now - tried > patience) reconnect();
        if (now - heard > SILENT) silent();
    }, 1000);

    on("visibilitychange", () => {
        if (document.hidden) return;
        asked = -Infinity;
        stayAwake();
        back();
    });
    addEventListener("online", back);
    on("session:back", back);
    on("picture:lost", reconnect); // no moment of grace: what is shown is not true
    addEventListener("pageshow", event => event.persisted && location.reload());

    // The server said no: signed out, or not allowed any more. A session that is over is asked for in place (again.js),
    // so that nothing on the screen is lost.
    const refused = status => {
        if (![401, 403, 409].includes(status)) return;
        if (display) return askWhoIAm();
        if (status === 401 && !document.dispatchEvent(new CustomEvent("session:ended", { cancelable: true }))) return;
        if (wall) {
            if (status === 403) location.assign("/");
            return;
        }
        const signIn = document.body.dataset.signIn;
        if (signIn) location.assign(signIn);
    };

    // A display has nobody who could sign in. Bound to another board, it is led there; no longer paired, it says so and
    // keeps what it shows. Whatever else comes back, from a proxy or from a server that just starts, means nothing.
    const askWhoIAm = async () => {
        const ask = one("#sign-in-again").dataset.ask;
        const answer = await fetch(ask, { headers: { "HX-Request": "true" } }).catch(() => null);
        if (!answer?.ok) return;
        const to = answer.headers.get("HX-Redirect");
        if (to === "/") return location.assign(to);
        const words = await answer.text().catch(() => "");
        if (!to && !words.includes("<dialog")) return;
        document.body.dataset.unpaired = "";
        silent();
    };
    on("htmx:sse:error", event => event.target === stream && refused(event.detail.status));
    on("htmx:response:error", event => event.target === stream && refused(event.detail.ctx.response.status));

    // Only on HTTPS; else the device's own setting. The device may take it back at any time.
    let awake = null;
    let asked = -Infinity;
    const stayAwake = () => {
        if (!wall || !navigator.wakeLock || document.hidden || (awake && !awake.released)) return;
        if (performance.now() - asked < UNPAIRED) return;
        asked = performance.now();
        navigator.wakeLock.request("screen").then(lock => { awake = lock; }, () => {});
    };
    stayAwake();
}

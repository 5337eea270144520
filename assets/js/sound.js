// Sounds, each with a visible twin on the screen. Others ask with the event "sound" (its detail is the name).
// Browsers stay silent until somebody touched the page, so a wall display asks for that tap. A muted wall comes
// back by itself: a board that nobody hears loses tickets.

const TONES = { // [hertz, milliseconds]
    new: [[660, 120], [880, 120]],
    late: [[330, 200]],
    ready: [[880, 90]],
    lost: [[440, 120], [330, 120]],
    error: [[220, 160]],
};
const MUTE = 30 * 60_000; // milliseconds
const VOLUME = 0.25;

let audio = null;

const stored = (name, value) => {
    try {
        if (value === undefined) return localStorage.getItem(name);
        localStorage.setItem(name, value);
    } catch { /* storage is switched off: not kept */ }
    return value ?? null;
};
const mutedUntil = () => Number(stored("muted-until") ?? 0);
const isMuted = () => mutedUntil() > Date.now();
const isArmed = () => audio?.state === "running";

const play = name => {
    if (!isArmed() || isMuted()) return;
    let at = audio.currentTime;
    for (const [hertz, milliseconds] of TONES[name] ?? []) {
        const tone = audio.createOscillator();
        const volume = audio.createGain();
        const end = at + milliseconds / 1000;
        tone.frequency.value = hertz;
        volume.gain.setValueAtTime(VOLUME, at);
        volume.gain.setValueAtTime(VOLUME, end - 0.01);
        volume.gain.linearRampToValueAtTime(0, end); // without it each tone ends with a click
        tone.connect(volume).connect(audio.destination);
        tone.start(at);
        tone.stop(end);
        at = end;
    }
};
on("sound", event => play(event.detail));
on("htmx:response:error", event => event.target.id !== "stream" && play("error"));

const showSound = () => {
    for (const button of all("[data-sound]")) {
        const state = !isArmed() ? "waiting" : isMuted() ? "muted" : "on";
        if (button.dataset.state === state) continue;
        button.dataset.state = state;
        setIcon(one("svg", button), state === "on" ? "sound" : "mute");
        const until = clockTime(new Date(mutedUntil()));
        one("span", button).textContent = { waiting: "Tap to start sound", muted: `Muted until ${until}`, on: "" }[state];
        button.setAttribute("aria-label", { waiting: "Tap to start sound", muted: `Muted until ${until}. Sound on`, on: "Sound is on. Mute" }[state]);
    }
};

const arm = async () => {
    const wasArmed = isArmed();
    audio ??= new AudioContext();
    if (!wasArmed) await audio.resume().catch(() => {});
    showSound();
    return !wasArmed && isArmed();
};

const toggle = async () => {
    const justArmed = await arm();
    if (!justArmed) stored("muted-until", String(isMuted() ? 0 : Date.now() + MUTE));
    showSound();
    play("new"); // so that one hears how loud it is
};

if (one("#stream")) {
    for (const touch of ["pointerdown", "keydown"]) on(touch, event => event.target.closest("[data-sound]") || arm());
}
on("click", event => event.target.closest?.("[data-sound]") && toggle());
on("sound:toggle", toggle);

// A kiosk may be allowed to sound without a tap, and a till may after one on the page before.
if (one("[data-sound], #ready-bell")) arm();

if (one("[data-sound]")) {
    showSound();
    setInterval(showSound, 5_000);
}

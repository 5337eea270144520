// Sounds, each with a visible twin on the screen. Others ask with the event "sound" (its detail is the name).
// Browsers stay silent until somebody touched the page, so a wall display asks for that tap. A muted wall comes
// back by itself: a board that nobody hears loses tickets.

const TONES = { // [hertz, milliseconds]; 0 hertz is a pause
    new: [[660, 120], [880, 120]],
    addon: [[1320, 80], [0, 80], [1320, 80]],
    void: [[980, 110], [490, 110], [980, 110], [490, 110]],
    late: [[330, 200]],
    ready: [[880, 90]],
    problem: [[440, 120], [330, 120]],
    error: [[220, 160]],
};
const BETWEEN = 0.2; // seconds from one sound to the next, where several come at once
const LONGEST = 3; // seconds of sounds that wait for their turn; what comes later is dropped, and still to be seen
const MUTE = 30 * 60_000; // milliseconds
const VOLUMES = { low: 0.1, usual: 0.25, high: 0.7 };

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

let free = 0; // when the loudspeaker has said what it was told, by its own clock in seconds

const play = name => {
    if (!isArmed() || isMuted() || free > audio.currentTime + LONGEST) return;
    sound(TONES[name] ?? []);
};

const sound = tones => {
    const loudness = VOLUMES[stored("screen-volume")] ?? VOLUMES.usual;
    let at = Math.max(audio.currentTime, free);
    for (const [hertz, milliseconds] of tones) {
        const end = at + milliseconds / 1000;
        if (hertz > 0) beep(hertz, loudness, at, end);
        at = end;
    }
    free = at + BETWEEN;
};

const beep = (hertz, loudness, at, end) => {
    const tone = audio.createOscillator();
    const volume = audio.createGain();
    tone.frequency.value = hertz;
    volume.gain.setValueAtTime(loudness, at);
    volume.gain.setValueAtTime(loudness, end - 0.01);
    volume.gain.linearRampToValueAtTime(0, end); // without it each tone ends with a click
    tone.connect(volume).connect(audio.destination);
    tone.start(at);
    tone.stop(end);
};
on("sound", event => play(event.detail));
on("htmx:response:error", event => asksByItself(event.target) || play("error"));

const showSound = () => {
    for (const button of all("[data-sound]")) {
        const state = !isArmed() ? "waiting" : isMuted() ? "muted" : "on";
        if (button.dataset.state === state) continue;
        button.dataset.state = state;
        setIcon(one("svg", button), state === "on" ? "sound" : "mute");
        const until = clockTime(new Date(mutedUntil()));
        one("span", button).textContent = { waiting: "Start screen", muted: `Muted until ${until}`, on: "" }[state];
        button.setAttribute("aria-label", { waiting: "Start screen: sound needs one tap", muted: `Muted until ${until}. Sound on`, on: "Sound is on. Mute" }[state]);
    }
};

const arm = async () => {
    const wasArmed = isArmed();
    if (!audio) {
        audio = new AudioContext();
        audio.onstatechange = showSound; // a device may take the loudspeaker away
    }
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

// To hear how a tone sounds, and how loud: at once, and muted or not.
on("click", async event => {
    const button = event.target.closest?.("[data-hear]");
    if (!button) return;
    await arm();
    if (!isArmed()) return;
    free = 0;
    sound(TONES[button.dataset.hear] ?? []);
});

// A kiosk may be allowed to sound without a tap, and a till may after one on the page before.
if (one("[data-sound], #ready-bell")) arm();

if (one("[data-sound]")) {
    showSound();
    setInterval(showSound, 5_000);
}

// The alarm about tickets that no screen shows (#unseen): at once where they were sent, by this person or from this till,
// and everywhere when nobody did anything about it.

const EVERYWHERE = 60_000; // milliseconds after it was raised
const RINGS = 15_000; // between two times that it is heard

if (one("#unseen")) {
    const { me, terminal } = document.body.dataset;
    const isMeant = ({ sentBy, sentFrom, unseen }) =>
        (me && sentBy === me) || (terminal && sentFrom === terminal) || serverNow() - Number(unseen) >= EVERYWHERE;

    const show = () => {
        for (const alarm of all("#unseen > *")) alarm.toggleAttribute("data-meant", isMeant(alarm.dataset));
    };
    onDraw(show);

    let heard = new Set();
    let rang = -Infinity;
    setInterval(() => {
        show();
        const meant = all("#unseen > [data-meant]").map(alarm => alarm.id);
        const due = meant.some(id => !heard.has(id)) || (meant.length > 0 && performance.now() - rang >= RINGS);
        heard = new Set(meant);
        if (!due) return;
        rang = performance.now();
        document.dispatchEvent(new CustomEvent("sound", { detail: "problem" }));
    }, 1_000);
}

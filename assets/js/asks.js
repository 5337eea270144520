// What a manager is asked to agree to (#asks) rings when it comes, and again for as long as it waits. Whoever asked goes on
// as soon as somebody agreed: the form is sent by itself, once, under the key that it has.

const RINGS = 20_000; // milliseconds between two times that it is heard

if (one("#asks")) {
    let heard = new Set();
    let rang = -Infinity;
    setInterval(() => {
        const asks = all("#asks > [data-ask]:not([data-mine])").map(ask => ask.id);
        const due = asks.some(id => !heard.has(id)) || (asks.length > 0 && performance.now() - rang >= RINGS);
        heard = new Set(asks);
        if (!due) return;
        rang = performance.now();
        document.dispatchEvent(new CustomEvent("sound", { detail: "addon" }));
    }, 1_000);
}

const gone = new Set(); // what was sent by itself: whoever was refused taps the next time
onDraw(() => {
    for (const agreed of all("[data-agreed]")) {
        const dialog = agreed.closest("dialog");
        if (gone.has(agreed.dataset.agreed) || (dialog && !dialog.open)) continue; // who closed it wants to think again
        gone.add(agreed.dataset.agreed);
        agreed.closest("form")?.requestSubmit();
    }
});

// A session that ends while somebody works: the same person is asked for the PIN, over whatever is on the
// screen. The server puts the dialog into #sign-in-again where it refuses a tap; where it refuses the stream, this asks
// for it. What was being done is tapped once more, so that nothing happens that nobody wants any more.

const again = one("#sign-in-again");

if (again) {
    new MutationObserver(() => {
        const dialog = one(":scope > dialog", again);
        if (dialog && !dialog.open) dialog.showModal();
        else if (!dialog) document.dispatchEvent(new CustomEvent("session:back"));
    }).observe(again, { childList: true });

    on("session:ended", event => {
        event.preventDefault();
        if (!one(":scope > dialog", again)) htmx.ajax("GET", again.dataset.ask, { target: "#sign-in-again" });
    });

    // Closed by hand: asked again at the next tap.
    on("close", event => event.target.parentElement === again && event.target.remove(), { capture: true });
}

// Shared pictures carry nothing personal, so what is one's own is found out here: data-own="<staff id>"
// against body[data-me]. The style sheet puts data-mine first.

const me = document.body.dataset.me;

if (me) {
    onDraw(places => {
        for (const element of among(places, "[data-own]")) element.toggleAttribute("data-mine", element.dataset.own === me);
    });
}

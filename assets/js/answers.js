// An answer is read even when its button is gone. htmx drops an answer whose target was removed meanwhile; a button
// that swaps nothing itself is its own target, and in a shared picture the feed often redraws it away before the
// answer arrives: the toast with Undo, or a refusal, would be lost. So such an answer aims at what always stays.

on("htmx:config:request", event => {
    const { ctx } = event.detail;
    if (ctx.target === ctx.sourceElement && /^none\b/.test(ctx.swap)) ctx.target = one("#notice") ?? ctx.target;
});

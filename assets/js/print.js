// Receipts from the browser: data-print opens the print dialog, as does data-printing, and the page is made as long as the receipt,
// because CSS knows no paper of open length.

const paper = new CSSStyleSheet();
document.adoptedStyleSheets.push(paper);

addEventListener("beforeprint", () => {
    const receipt = one(".receipt");
    if (!receipt) return;
    const millimetres = Math.ceil(receipt.getBoundingClientRect().height * 25.4 / 96) + 10;
    paper.replaceSync(`@page receipt { size: 80mm ${millimetres}mm; margin: 0; }`);
});

on("click", event => event.target.closest?.("[data-print]") && print());

// A receipt that was asked for on paper, with what it says of itself: when it is drawn.
onDraw(() => {
    const receipt = one("[data-printing]");
    if (!receipt) return;
    delete receipt.dataset.printing;
    setTimeout(print);
});

// Receipts from the browser: data-print opens the print dialog, and the page is made as long as the receipt,
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

// The demo shop's page: search among what is on the page, and buttons that ask the assistant.
(() => {
  "use strict";
  for (const button of document.querySelectorAll("[data-ask]")) {
    button.addEventListener("click", () => document.querySelector("rapport-chat")?.ask(button.dataset.ask));
  }
  const search = document.getElementById("search");
  search?.addEventListener("input", () => {
    const wanted = search.value.trim().toLowerCase();
    let found = 0;
    for (const shelf of document.querySelectorAll("main > .shelf")) {
      let here = 0;
      for (const product of shelf.querySelectorAll(".product")) {
        product.hidden = !product.querySelector("h3").textContent.toLowerCase().includes(wanted);
        here += product.hidden ? 0 : 1;
      }
      shelf.hidden = !here;
      found += here;
    }
    document.getElementById("nothing").hidden = found > 0;
  });
})();

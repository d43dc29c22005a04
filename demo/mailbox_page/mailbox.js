// Shows a new mail when it comes: the list is asked for every few seconds while the page is looked at.
const shown = document.querySelector("[data-newest]").dataset.newest;
setInterval(async () => {
  if (document.hidden) return;
  const answer = await fetch("/mailbox.json").catch(() => null);
  if (!answer || !answer.ok) return;
  const newest = (await answer.json())[0];
  if (newest && newest.id !== shown) location.reload();
}, 4000);

// Shortcuts, for those who review all day; everything they do can be done without them.
// j, k: next and previous item of a page. Letters in `data-key`: press that button or link, or go to that field, of the item
// in focus before any other. ?: the list of them.

const TYPING = 'input, select, textarea, [contenteditable]';

function items() {
  return [...document.querySelectorAll('[data-item]')];
}

function move(step) {
  const all = items();
  const here = all.findIndex((item) => item.contains(document.activeElement));
  const next = all[here === -1 && step < 0 ? all.length - 1 : Math.min(Math.max(here + step, 0), all.length - 1)];
  if (!next) return;
  const target = next.querySelector('h2 a') ?? next;
  target.focus();
  next.scrollIntoView({ block: 'nearest' });
}

function keyed(key) {
  const wanted = `[data-key="${key}"]`;
  let item = document.activeElement.closest('[data-item]')
    ?? document.querySelector('[data-item]:target') ?? document.querySelector('[data-item].flagged');
  while (item && !item.querySelector(wanted)) item = item.previousElementSibling; // a reply belongs to the message before it
  const found = [...(item ?? document).querySelectorAll(wanted)];
  return found.find((one) => one.matches(TYPING)) ?? found[0]; // a field of the page before a link of the bar
}

function help() {
  const dialog = document.getElementById('keys');
  if (dialog.open) dialog.close();
  else dialog.showModal();
}

document.addEventListener('keydown', (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented || event.target.closest(TYPING)) return;
  if (event.key === '?') help();
  else if (document.querySelector('dialog[open]')) return;
  else if (event.key === 'j') move(1);
  else if (event.key === 'k') move(-1);
  else {
    const found = /^[a-z/]$/.test(event.key) && keyed(event.key);
    if (!found) return;
    if (found.matches(TYPING)) {
      found.closest('details')?.setAttribute('open', '');
      found.focus();
    } else found.click();
  }
  event.preventDefault();
});

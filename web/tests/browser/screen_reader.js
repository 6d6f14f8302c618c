// Runs in every page before its scripts: a small screen reader. `spoken` holds what live regions would have it say.
window.spoken = [];
addEventListener('securitypolicyviolation', (event) =>
  console.error(`CSP: ${event.violatedDirective} forbids ${event.blockedURI} at ${event.sourceFile}:${event.lineNumber}`));
{
  const LIVE = '[aria-live], [role=alert], [role=status], [role=log]';
  const attach = Element.prototype.attachShadow;
  const elementOf = (node) => (node.nodeType === Node.ELEMENT_NODE ? node : node.parentElement);
  const hear = (node, place) => {
    const element = elementOf(node);
    const text = node.textContent.trim();
    if (!text || !element?.checkVisibility()) return;
    const alert = element.matches('[role=alert]') ? element : element.querySelector('[role=alert]');
    const region = alert || elementOf(place)?.closest(LIVE);
    const silent = element.closest(LIVE)?.ariaLive === 'off';
    if (alert || (region && !silent)) window.spoken.push({ text, urgent: region.role === 'alert' });
  };
  Element.prototype.attachShadow = function (options) {
    const root = attach.call(this, options);
    new MutationObserver((records) => {
      for (const { type, target, addedNodes } of records) {
        if (type === 'characterData') hear(target, target);
        else for (const node of addedNodes) hear(node, target);
      }
    }).observe(root, { subtree: true, childList: true, characterData: true });
    return root;
  };
}

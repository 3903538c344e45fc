// Keeps a page fresh: reads it again every few seconds and replaces the parts marked data-live.
(() => {
  "use strict";

  const interval = 5000;
  const pause = document.getElementById("pause");
  let paused = false;

  // A part that somebody reads by keyboard or has marked text in is left alone until they have moved on.
  const inUse = part => {
    const selection = document.getSelection();
    return part.contains(document.activeElement)
      || (selection !== null && !selection.isCollapsed && part.contains(selection.anchorNode));
  };

  const replace = (part, fresh) => {
    if (part.innerHTML === fresh.innerHTML || inUse(part)) return;
    const offsets = [...part.querySelectorAll(".scroll")].map(box => box.scrollLeft);
    part.innerHTML = fresh.innerHTML;
    [...part.querySelectorAll(".scroll")].forEach((box, index) => { box.scrollLeft = offsets[index] ?? 0; });
  };

  const refresh = async () => {
    if (paused || document.hidden) return;
    const response = await fetch(location.href, { headers: { accept: "text/html" } });
    if (response.redirected) location.reload(); // the session has ended
    if (!response.ok || response.redirected) return;
    const page = new DOMParser().parseFromString(await response.text(), "text/html");
    for (const part of document.querySelectorAll("[data-live]")) {
      const fresh = page.getElementById(part.id);
      if (fresh !== null) replace(part, fresh);
    }
  };

  const loop = async () => {
    try {
      await refresh();
    } catch {
      // The node is away; the page stays as it was and the next round asks again.
    }
    setTimeout(loop, interval);
  };

  pause.hidden = false;
  pause.addEventListener("click", () => {
    paused = !paused;
    pause.setAttribute("aria-pressed", String(paused));
  });
  setTimeout(loop, interval);
})();

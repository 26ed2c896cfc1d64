// Keeps the page on the tablet, so that it opens without a server. A new version waits until nobody is in front of the screen.

export async function keepShell({ worker, scope, isIdle }) {
  if (!navigator.serviceWorker) return { check() {}, idle() {} }; // plain http: the page works, but needs the server to open
  const registration = await navigator.serviceWorker.register(worker, { scope, updateViaCache: "none" });
  let wanted = false; // the new version is in charge, this page is still the old one
  const idle = () => {
    if (!isIdle()) return;
    if (wanted) location.reload();
    else registration.waiting?.postMessage("take over");
  };
  const follow = (installing) =>
    installing?.addEventListener("statechange", () => {
      if (installing.state === "installed") idle();
      if (installing.state === "activated" && replaces.has(installing)) {
        wanted = true;
        idle();
      }
    });
  const replaces = new WeakSet();
  const meet = (installing) => {
    if (installing && registration.active) replaces.add(installing);
    follow(installing);
  };
  meet(registration.waiting);
  meet(registration.installing);
  registration.addEventListener("updatefound", () => meet(registration.installing));
  idle();
  return { check: () => registration.update().catch(() => {}), idle };
}

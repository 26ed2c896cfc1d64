// The tablet's camera reads the QR of a slip, where the browser can. The picture stays on the screen: nothing of it is kept or sent.

import { make } from "./dom.js";

const PATIENCE = 20000;
const LOOK = 150; // ms between two looks; a small tablet has other things to do, too

export async function canScan() {
  if (!("BarcodeDetector" in globalThis) || !navigator.mediaDevices?.getUserMedia) return false;
  return BarcodeDetector.getSupportedFormats().then((formats) => formats.includes("qr_code")).catch(() => false);
}

// Resolves with the text of the first code, null after twenty seconds without one, undefined when it was cancelled.
export async function scan(t, read) {
  const video = make("video", { class: "scan-view", muted: true, playsinline: true, "aria-hidden": "true" });
  const say = make("p", { role: "status" }, t("scan_wait"));
  const cancel = make("button", { type: "button", class: "button", id: "scan-cancel", autofocus: true }, t("scan_cancel"));
  const dialog = make("dialog", { class: "overlay scan", "aria-labelledby": "scan-title" }, make("h2", { id: "scan-title" }, t("scan_title")), video, say, cancel);
  document.body.append(dialog);
  let stream = null;
  let open = true;
  const found = new Promise((resolve) => {
    const end = (text) => {
      if (!open) return;
      open = false;
      resolve(text);
    };
    cancel.addEventListener("click", () => end(undefined));
    dialog.addEventListener("cancel", () => end(undefined));
    const timer = setTimeout(() => end(null), PATIENCE);
    void (async () => {
      try {
        // The tablet faces the person who holds the slip.
        const opened = await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: { ideal: "user" }, width: { ideal: 1280 }, height: { ideal: 720 } } });
        stream = opened;
        if (!open) return opened.getTracks().forEach((track) => track.stop());
        video.srcObject = opened;
        video.muted = true;
        await video.play();
        say.textContent = t("scan_hold");
        const detector = new BarcodeDetector({ formats: ["qr_code"] });
        while (open) {
          const codes = await detector.detect(video).catch(() => []);
          const text = codes.map((each) => each.rawValue).find((each) => read(each));
          if (text !== undefined) return end(text);
          await new Promise((resume) => setTimeout(resume, LOOK));
        }
      } catch {
        say.textContent = t("scan_no_camera");
        clearTimeout(timer);
      }
      return undefined;
    })();
  });
  dialog.showModal();
  try {
    return await found;
  } finally {
    stream?.getTracks().forEach((track) => track.stop());
    video.srcObject = null;
    dialog.close();
    dialog.remove();
  }
}

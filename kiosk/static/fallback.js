// Vietnamese that stays on a page of another language says so: a screen reader would else read it in the wrong voice.

const escaped = (text) => text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");

// What of `vietnamese` the language does not translate, as one pattern for whole texts; a sentence with braces matches however they are filled.
export function untranslated(vietnamese, language) {
  const left = Object.entries(vietnamese.texts).filter(([sentence]) => language.texts[sentence] === undefined);
  if (language.code === vietnamese.code || !left.length) return null;
  return new RegExp(`^(?:${left.map(([, shown]) => escaped(shown).replace(/\\\{\w+\\\}/g, ".+")).join("|")})$`, "u");
}

export function markFallbacks(root, pattern, lang) {
  if (!pattern) return;
  const texts = [];
  const walker = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) texts.push(walker.currentNode);
  for (const text of texts) {
    if (!pattern.test(text.data.trim()) || text.parentElement.closest("[lang]").lang === lang) continue;
    const span = text.parentElement.childNodes.length === 1 ? text.parentElement : document.createElement("span");
    if (span !== text.parentElement) {
      text.replaceWith(span);
      span.append(text);
    }
    span.lang = lang;
  }
}

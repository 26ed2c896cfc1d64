// Telephone and identity numbers are masked before a sheet is kept. The same rules as survey_forms/free_text.py, which says what each is for;
// a test runs both on one table.

export const MASK = "[\u0111\u00e3 che]";

const GAP = "(?:[ \\u00a0.\\-\\u2013()_]{1,3})?";
const NO_MONEY = "(?![ \\u00a0]?(?:\u0111\u1ed3ng|vn\u0111|vnd|tri\u1ec7u|t\u1ef7|t\u1ec9|ngh\u00ecn|ng\u00e0n|\u0111(?:[\\s.,;:)/]|$)))";
const ALONE = "(?<![0-9A-Za-z])(?<![0-9][.\\-])";
const RULES = [
  "(?<![0-9])[0-9]{1,2}[.\\-/][0-9]{1,2}[.\\-/](?:19|20)[0-9]{2}(?![0-9]|[.\\-][0-9])",
  "(?<![0-9])(?:\\+84|0084|84)~0?~(?:[35789](?:~[0-9]){8}|2(?:~[0-9]){9})(?![0-9])",
  "(?<![0-9])0~(?:[3-9](?:~[0-9]){8}|[12](?:~[0-9]){9})(?![0-9])",
  "(?<![0-9])[0-9]{12}(?![0-9])" + NO_MONEY,
  "(?<![0-9])(?![0-9]{3}0{6})[0-9]{9}(?![0-9])" + NO_MONEY,
  ALONE + "0[0-9]{2}(?:[ \\u00a0.\\-][0-9]{3}){3}(?![0-9])",
  ALONE + "0[0-9]{3}(?:[ \\u00a0.\\-][0-9]{4}){2}(?![0-9])",
  ALONE + "0[0-9]{2}[ \\u00a0.\\-](?:[0-9][ \\u00a0.\\-]?[0-9]{2}[ \\u00a0.\\-][0-9]{6}|[0-9]{9})(?![0-9])",
  ALONE + "0[0-9]{5}[ \\u00a0.\\-][0-9]{6}(?![0-9])",
  ALONE + "[0-9]{3}[ \\u00a0.\\-][0-9]{3}[ \\u00a0.\\-](?!000)[0-9]{3}(?![0-9]|[. \\u00a0][0-9]{3}(?![0-9]))" + NO_MONEY,
];

// Written as text and not as a literal: a browser too old to look behind would refuse the whole script. There the server masks alone.
function compile() {
  try {
    return new RegExp(RULES.map((rule) => `(${rule.replaceAll("~", GAP)})`).join("|"), "gi");
  } catch {
    return null;
  }
}

const pattern = compile();

export const maskNumbers = (text) => (pattern ? text.replace(pattern, (found, kept) => (kept === undefined ? MASK : found)) : text);

// Rating codes as `kiosk/codes.py` reads them: any case, spaces and dashes anywhere, O for 0, I and L for 1, a check character at the end.

const ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const LENGTH = 12;

const double = (value) => (value & 16 ? (value << 1) ^ 37 : value << 1);

// The code in its one spelling, or null when it is none of ours.
export function normaliseCode(text) {
  const letters = text.normalize("NFKC").toUpperCase().replace(/[\s\p{Pd}\p{Cf}]/gu, "").replace(/O/g, "0").replace(/[IL]/g, "1");
  if (letters.length !== LENGTH) return null;
  // Horner's rule over GF(32): the first letter is doubled most often, the check character not at all.
  let sum = 0;
  for (const letter of letters) {
    const value = ALPHABET.indexOf(letter);
    if (value < 0) return null;
    sum = double(sum) ^ value;
  }
  return sum === 0 ? letters : null;
}

// The code in what a QR or a scanner says: the code itself, or an address such as https://…/r/CODE.
export const codeIn = (text) => normaliseCode(/\/r\/([^/?#\s]+)/i.exec(text)?.[1] ?? text);

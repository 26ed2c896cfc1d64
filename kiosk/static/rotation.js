// Which handful of criteria one visit asks. The same rule as survey_forms/rotation.py, step by step; a test runs both on many inputs.

export const MOST_ASKED = 6;

// `codes`: the criteria of the stage in the order of the form. `seed`: twelve random bytes. `label`: unit|field|stage. `turn`: from 0.
export function drawRotation(codes, { seed, label, turn, mostAsked = MOST_ASKED }) {
  if (codes.length <= mostAsked) return [...codes];
  const length = codes.length / divisor(codes.length, mostAsked);
  const circle = shuffle(codes.length, seed, label, Math.floor(turn / length));
  const start = (turn % length) * mostAsked;
  const taken = new Set(Array.from({ length: mostAsked }, (_, step) => circle[(start + step) % circle.length]));
  return codes.filter((_, position) => taken.has(position));
}

const divisor = (a, b) => (b === 0 ? a : divisor(b, a % b));

function shuffle(count, seed, label, cycle) {
  const below = numbers(seed, label, cycle);
  const order = Array.from({ length: count }, (_, position) => position);
  for (let last = count - 1; last > 0; last -= 1) {
    const other = below(last + 1);
    [order[last], order[other]] = [order[other], order[last]];
  }
  return order;
}

// sfc32, with a draw below a bound that throws away what would make some numbers likelier.
function numbers(seed, label, cycle) {
  const words = new DataView(seed.buffer, seed.byteOffset, 12);
  let a = (words.getUint32(0, true) ^ cycle) >>> 0;
  let b = (words.getUint32(4, true) ^ hashLabel(label)) >>> 0;
  let c = words.getUint32(8, true);
  let counter = 1;
  const next = () => {
    const mixed = (a + b + counter) >>> 0;
    counter = (counter + 1) >>> 0;
    a = (b ^ (b >>> 9)) >>> 0;
    b = (c + (c << 3)) >>> 0;
    c = (((c << 21) | (c >>> 11)) + mixed) >>> 0;
    return mixed;
  };
  for (let round = 0; round < 15; round += 1) next();
  return (bound) => {
    const limit = 2 ** 32 - (2 ** 32 % bound);
    let number = next();
    while (number >= limit) number = next();
    return number % bound;
  };
}

function hashLabel(label) {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(label)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}

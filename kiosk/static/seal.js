// Seals the box to the server's public key: whoever carries the file cannot read it, and only this tablet can have made it.

const FORMAT = "sipas-box-1";
const encode = (text) => new TextEncoder().encode(text);
const decode64 = (text) => Uint8Array.from(atob(text), (character) => character.charCodeAt(0));

function encode64(buffer) {
  let text = "";
  for (const byte of new Uint8Array(buffer)) text += String.fromCharCode(byte);
  return btoa(text);
}

// The text of the file. `identity` is the tablet's {id, key}; the server keeps SHA-256 of the key and checks the proof with it.
export async function seal(serverKey, identity, submissions) {
  const { subtle } = crypto;
  const curve = { name: "ECDH", namedCurve: "P-256" };
  const responses = JSON.stringify(submissions);
  const keyHash = await subtle.digest("SHA-256", encode(identity.key));
  const prover = await subtle.importKey("raw", keyHash, { name: "HMAC", hash: "SHA-256" }, false, ["sign"]);
  const proof = encode64(await subtle.sign("HMAC", prover, encode(responses)));
  const pair = await subtle.generateKey(curve, false, ["deriveBits"]);
  const server = await subtle.importKey("raw", decode64(serverKey), curve, false, []);
  const secret = await subtle.deriveBits({ name: "ECDH", public: server }, pair.privateKey, 256);
  const ephemeral = await subtle.exportKey("raw", pair.publicKey);
  const material = await subtle.importKey("raw", secret, "HKDF", false, ["deriveKey"]);
  const derivation = { name: "HKDF", hash: "SHA-256", salt: ephemeral, info: encode(FORMAT) };
  const key = await subtle.deriveKey(derivation, material, { name: "AES-GCM", length: 256 }, false, ["encrypt"]);
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const additionalData = encode(`${FORMAT} ${identity.id}`);
  const sealed = await subtle.encrypt({ name: "AES-GCM", iv, additionalData }, key, encode(JSON.stringify({ responses, proof })));
  return JSON.stringify({ format: FORMAT, device: identity.id, ephemeral: encode64(ephemeral), iv: encode64(iv), sealed: encode64(sealed) });
}

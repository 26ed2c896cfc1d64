// The tablet's box: finished sheets wait here until the server has named them. Nothing in it ages out, and nothing half-finished enters it.

const NAME = "sipas-tablet";
const VERSION = 1; // an upgrade only ever adds stores
const HOUR = 3600000;
const NOTHING = { saved: 0, acknowledged: 0, quarantined: 0, refused: 0 };

const result = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

const completion = (transaction) =>
  new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error ?? new DOMException("aborted", "AbortError"));
  });

function open() {
  return new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, VERSION);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("outbox", { keyPath: "id" });
      request.result.createObjectStore("refused", { keyPath: "id" });
      request.result.createObjectStore("facts");
    };
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
    request.onblocked = () => reject(new DOMException("blocked", "AbortError"));
  });
}

// Rejects when the browser refuses storage.
export async function openBox(newName) {
  const box = new Box(await open());
  await box.prepare(newName);
  return box;
}

class Box {
  #database;

  constructor(database) {
    this.#use(database);
  }

  #use(database) {
    this.#database = database;
    database.onversionchange = () => database.close();
  }

  // A transaction is good only once it has completed with the disk behind it: `durability: strict`.
  async #change(stores, work, mode = "readwrite") {
    let transaction;
    try {
      transaction = this.#database.transaction(stores, mode, { durability: "strict" });
    } catch {
      this.#use(await open()); // the browser closed the database behind our back; one fresh start, then the error is real
      transaction = this.#database.transaction(stores, mode, { durability: "strict" });
    }
    const end = completion(transaction);
    end.catch(() => {}); // heard below, unless the work itself fails first
    try {
      const value = await work(...stores.map((name) => transaction.objectStore(name)));
      await end;
      return value;
    } catch (error) {
      try {
        transaction.abort();
      } catch {
        // it is over already
      }
      throw error;
    }
  }

  #read(stores, work) {
    return this.#change(stores, work, "readonly");
  }

  prepare(newName) {
    return this.#change(["facts"], async (facts) => {
      if ((await result(facts.get("box"))) === undefined) facts.put(newName(), "box");
      if ((await result(facts.get("counters"))) === undefined) facts.put(NOTHING, "counters");
    });
  }

  fact(name) {
    return this.#read(["facts"], (facts) => result(facts.get(name)));
  }

  keep(name, value) {
    return this.#change(["facts"], (facts) => void facts.put(value, name));
  }

  // This browser stands for another device now: what still waits goes with it, and the counting starts again from there.
  adopt(device, newName) {
    return this.#change(["outbox", "refused", "facts"], async (outbox, refused, facts) => {
      const before = await result(facts.get("device"));
      facts.put(device, "device");
      if (!before || before.id === device.id) return;
      const [waiting, kept] = [await result(outbox.count()), await result(refused.count())];
      facts.put(newName(), "box");
      facts.put({ ...NOTHING, saved: waiting + kept, refused: kept }, "counters");
    });
  }

  save(submission, also = {}) {
    return this.#change(["outbox", "facts"], async (outbox, facts) => {
      const counters = await result(facts.get("counters"));
      const known = await result(outbox.getKey(submission.id));
      outbox.put({ id: submission.id, hour: Math.floor(Date.now() / HOUR), submission });
      if (known === undefined) facts.put({ ...counters, saved: counters.saved + 1 }, "counters");
      for (const [name, value] of Object.entries(also)) facts.put(value, name);
    });
  }

  // Some waiting sheets, begun at a chance place so that one the server stumbles over cannot stand in the way of the others.
  async some(most, bytes) {
    return this.#read(["outbox"], async (outbox) => {
      const ids = await result(outbox.getAllKeys());
      const first = ids.length > most ? Math.floor(Math.random() * ids.length) : 0;
      const batch = [];
      let size = 0;
      for (let n = 0; n < Math.min(most, ids.length); n += 1) {
        const { submission } = await result(outbox.get(ids[(first + n) % ids.length]));
        size += new Blob([JSON.stringify(submission)]).size;
        if (batch.length && size > bytes) break;
        batch.push(submission);
      }
      return batch;
    });
  }

  everything() {
    return this.#read(["outbox", "refused"], async (outbox, refused) => [...(await result(outbox.getAll())), ...(await result(refused.getAll()))].map((record) => record.submission));
  }

  // What the server named leaves the box; what it would not have moves aside and stays.
  settle({ acknowledged, quarantined, rejected }) {
    return this.#change(["outbox", "refused", "facts"], async (outbox, refused, facts) => {
      const counters = { ...(await result(facts.get("counters"))) };
      const take = async (id, counter) => {
        const record = await result(outbox.get(id));
        if (record === undefined) return;
        outbox.delete(id);
        counters[counter] += 1;
        if (counter !== "refused") return;
        delete record.submission.code; // what stays here for long must not tie a slip to an answer
        refused.put(record);
      };
      for (const id of acknowledged) await take(id, "acknowledged");
      for (const id of quarantined) await take(id, "quarantined");
      for (const id of rejected) await take(id, "refused");
      facts.put(counters, "counters");
    });
  }

  count() {
    return this.#read(["outbox", "facts"], async (outbox, facts) => {
      const records = await result(outbox.getAll());
      return {
        box: await result(facts.get("box")),
        ...(await result(facts.get("counters"))),
        pending: records.length,
        oldest_pending_hour: records.length ? Math.min(...records.map((record) => record.hour)) : null,
      };
    });
  }

  // Somebody left half-way: the day, the questionnaire and the last criterion are counted, nothing else is known.
  walkAway(day, instrument, criterion) {
    return this.#change(["facts"], async (facts) => {
      const counts = (await result(facts.get("walk_aways"))) ?? {};
      const key = JSON.stringify([day, instrument, criterion]);
      facts.put({ ...counts, [key]: (counts[key] ?? 0) + 1 }, "walk_aways");
    });
  }

  // Totals of days gone by are dropped once the server has them; today's may still grow.
  forgetWalkAways(told, today) {
    return this.#change(["facts"], async (facts) => {
      const counts = (await result(facts.get("walk_aways"))) ?? {};
      for (const [key, people] of Object.entries(told)) if (JSON.parse(key)[0] < today && counts[key] === people) delete counts[key];
      facts.put(counts, "walk_aways");
    });
  }
}

// The practical limit: a parser written by hand for just what the bench's policies use, straight to nodes with places,
// with no recovery and no message. What a grammar, recovery and good messages cost is the distance to it.

/** The policy's declarations and rules; throws at the first thing that is not as the bench writes it. */
export function parse(text) {
  let at = 0;
  const isSpace = (code) => code === 32 || code === 10 || code === 13 || code === 9;
  const isWord = (code) =>
    (code >= 48 && code <= 57) ||
    (code >= 65 && code <= 90) ||
    (code >= 97 && code <= 122) ||
    code === 95 ||
    code === 45 ||
    code === 46 ||
    code === 58;
  const skip = () => {
    while (isSpace(text.charCodeAt(at))) at++;
  };
  /** A word, a string or a mark. */
  const next = () => {
    skip();
    const start = at;
    const code = text.charCodeAt(at);
    if (code === 34) {
      at = text.indexOf('"', at + 1) + 1;
    } else if (isWord(code)) {
      while (isWord(text.charCodeAt(at))) at++;
    } else at++;
    return text.slice(start, at);
  };
  const peek = () => {
    const before = at;
    const token = next();
    at = before;
    return token;
  };
  const expect = (wanted) => {
    const token = next();
    if (token !== wanted) throw new Error(`expected ${wanted} at ${at}, found ${token}`);
  };
  const prefix = () => {
    skip();
    const start = at;
    const name = next();
    if (text.charCodeAt(at) !== 47) return { start, end: at, name };
    at++;
    const length = Number(next());
    return { start, end: at, name, length };
  };
  const list = (item) => {
    const items = [item()];
    while (peek() === ",") {
      next();
      items.push(item());
    }
    return items;
  };
  const rule = () => {
    const start = at;
    const id = Number(next());
    const title = next();
    const node = {
      kind: "rule",
      start,
      end: 0,
      id,
      title,
      action: next(),
      from: [],
      to: [],
      service: [],
      direction: "",
    };
    for (;;) {
      const word = peek();
      if (word === "from" || word === "to") {
        next();
        node[word] = list(prefix);
      } else if (word === "service") {
        next();
        node.service = list(next);
      } else if (word === "in" || word === "out") node.direction = next();
      else break;
    }
    node.end = at;
    return node;
  };
  const block = (kind, start) => {
    const node = { kind, start, end: 0, name: next(), parts: [] };
    if (peek() === "=") {
      next();
      node.parts = kind === "service" ? [next(), expect("/"), next()] : list(prefix);
    } else {
      expect("{");
      for (let word = next(); word !== "}"; word = next()) {
        if (word === "rule") node.parts.push(rule());
        else if (word === "section" || word === "vnic") node.parts.push(block(word, at));
        else if (kind === "chain") node.parts.push({ slot: Number(next()), module: next(), block: next() });
        else node.parts.push({ word, value: word === "tags" ? list(next) : prefix() });
      }
    }
    node.end = at;
    return node;
  };
  const out = [];
  for (skip(); at < text.length; skip()) {
    const start = at;
    const word = next();
    if (word === "policy") out.push({ kind: word, title: next() });
    else if (word === "platform") out.push({ kind: word, name: next(), version: next() });
    else out.push(block(word, start));
  }
  return out;
}

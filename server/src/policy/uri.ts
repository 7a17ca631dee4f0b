/** Text in percent form; a half of a surrogate pair, which has none, is the replacement character's. */
export const percentForm = (text: string): string => encodeURIComponent(text.replace(/\p{Surrogate}/gu, "\ufffd"));

/** As VS Code writes URIs: all but RFC 3986's unreserved characters in percent form. */
export const encodeStep = (step: string): string =>
  percentForm(step).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** A drive letter is none. */
export const SCHEME = /^[A-Za-z][A-Za-z0-9+.-]+:/;

/** The steps of a path without `.`, `..` and empty ones; a first empty one is the root. */
export function withoutDots(steps: readonly string[]): string[] {
  const out: string[] = [];
  for (const [index, step] of steps.entries()) {
    if (step === "." || (step === "" && index > 0)) continue;
    const last = out[out.length - 1];
    if (step === ".." && last !== undefined && last !== "..") {
      if (last !== "") out.pop();
    } else out.push(step);
  }
  return out;
}

/** One spelling for a file, by its path or URI: for comparing only. What another machine has begins with two slashes. */
export function canonical(name: string): string {
  const path = name.startsWith("file:") ? pathOf(name) : SCHEME.test(name) ? decoded(name) : name;
  const slashes = path.replaceAll("\\", "/");
  // Windows spells a drive in either case.
  const file = slashes.replace(/^\/?([A-Za-z]:\/)/, (_, drive: string) => drive.toLowerCase());
  const root = /^(?:[A-Za-z][A-Za-z0-9+.-]+:)?(?:\/\/[^/]*)?/.exec(file)?.[0] ?? "";
  return root + withoutDots(file.slice(root.length).split("/")).join("/");
}

/** The path of a `file:` URI. */
export const pathOf = (uri: string): string => decoded(uri.replace(/^file:(?:\/\/(?:localhost)?(?=\/))?/, ""));

/** What a person calls a file: the last step of its path or URI. */
export const fileName = (uri: string): string => decoded(uri.slice(uri.lastIndexOf("/") + 1));

/** Percent forms read; text in which one is broken stays as it is. */
export function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

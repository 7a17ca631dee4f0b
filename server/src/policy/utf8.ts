const strict = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** The text of a file; undefined where it is not UTF-8: a replacement character in a name would be a silent change. */
export function utf8(bytes: Uint8Array): string | undefined {
  try {
    return strict.decode(bytes);
  } catch {
    return undefined;
  }
}

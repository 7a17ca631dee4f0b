/**
 * The wire of the language server's and the debug adapter's protocols: JSON messages behind a Content-Length header
 * (LSP 3.17 and DAP, "Base Protocol"). Pure bytes, so that whatever carries them (stdin, a socket, a test) stays
 * outside.
 */
const encoder = new TextEncoder();
const decoder = new TextDecoder();
const SEPARATOR = encoder.encode("\r\n\r\n");
/** A header longer than this is no header: the peer speaks something else. */
const LONGEST_HEADER = 4096;
/** What a header may look like while it arrives: fields, each ended by CR LF, as in HTTP. A CR LF before it is forgiven. */
const HEADER_SO_FAR = /^(?:\r\n)?(?:[\w-]+:[^\r\n]*\r\n)*(?:[\w-]*|[\w-]+:[^\r\n]*\r?|\r)$/;
/** In octets. */
export const LONGEST_MESSAGE = 256 * 1024 * 1024;

/** By name: the programs for Node and what they load are two bundles. */
const WRITTEN = Symbol.for("iochain.written");
/**
 * A long result, or the parameters of a notification, that have been written as JSON before: `pieces` are the bytes of
 * what `JSON.stringify` would give.
 */
export const written = <T extends object>(value: T, pieces: () => readonly Uint8Array[]): T =>
  Object.defineProperty(value, WRITTEN, { value: pieces });
interface Written {
  readonly [WRITTEN]?: () => readonly Uint8Array[];
}

/** A message as it goes over the wire. */
export const frame = (message: object): Uint8Array => joined(frameInPieces(message));

/** The same for who can write several pieces as one: a long one is not copied. */
export function frameInPieces(message: object): readonly Uint8Array[] {
  const { result, params } = message as { readonly result?: Written | null; readonly params?: Written | null };
  const name = result?.[WRITTEN] ? "result" : "params";
  const pieces = (result ?? params)?.[WRITTEN];
  if (pieces === undefined) {
    const body = encoder.encode(JSON.stringify(message));
    return [headOf(body.length), body];
  }
  const before = `${JSON.stringify({ ...message, [name]: undefined }).slice(0, -1)},"${name}":`;
  const body = [encoder.encode(before), ...pieces(), encoder.encode("}")];
  return [headOf(lengthOf(body)), ...body];
}
/** The same as text, for who writes texts as UTF-8; `octetsIn`: how many octets one is then. */
export function frameText(message: object, octetsIn: (text: string) => number): string {
  const body = JSON.stringify(message);
  return headerOf(octetsIn(body)) + body;
}
const headerOf = (length: number): string => `Content-Length: ${length}\r\n\r\n`;
const headOf = (length: number): Uint8Array => encoder.encode(headerOf(length));
const lengthOf = (pieces: readonly Uint8Array[]): number => pieces.reduce((sum, { length }) => sum + length, 0);

/** Pieces as one. */
export function joined(pieces: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(lengthOf(pieces));
  let at = 0;
  for (const piece of pieces) {
    bytes.set(piece, at);
    at += piece.length;
  }
  return bytes;
}

/** What stands where a message should and is none, although its length is right: what follows it is read all the same. */
export class Refused {
  /** As JSON-RPC 2.0 has it ("Error object"): no JSON, JSON that is no request, or one without what it needs. */
  readonly code: -32700 | -32600 | -32602;
  readonly message: string;
  constructor(code: Refused["code"], message: string) {
    this.code = code;
    this.message = message;
  }
}

/** What the bytes of one message say; a message is an object. */
function messageIn(bytes: Uint8Array): object | Refused {
  let message: unknown;
  try {
    message = JSON.parse(decoder.decode(bytes));
  } catch {
    return new Refused(-32700, "a message that is not JSON");
  }
  // Batches are arrays, and neither protocol has them.
  const isObject = typeof message === "object" && message !== null && !Array.isArray(message);
  return isObject ? (message as object) : new Refused(-32600, "a message that is not an object");
}

/**
 * Takes bytes as they come and calls `deliver` for each whole message, `refuse` for what is none. Returns a function
 * that takes the next bytes and answers what is wrong when the stream is not this protocol, for nothing that follows
 * can be trusted: it is then to be closed.
 */
export function unframe(
  deliver: (message: object) => void,
  refuse: (refused: Refused) => void = () => {},
): (bytes: Uint8Array) => string | undefined {
  let pieces: Uint8Array[] = [];
  let held = 0;
  let wanted = -1;
  const join = (): Uint8Array => {
    if (pieces.length === 1) return pieces[0] as Uint8Array;
    const whole = joined(pieces);
    pieces = [whole];
    return whole;
  };
  const drop = (count: number): void => {
    const rest = join().subarray(count);
    pieces = rest.length > 0 ? [rest] : [];
    held -= count;
  };
  return (bytes) => {
    if (bytes.length > 0) {
      pieces.push(bytes);
      held += bytes.length;
    }
    for (;;) {
      if (wanted < 0) {
        if (held === 0) return undefined;
        const plain = plainHeader(join());
        if (plain) {
          wanted = plain.length;
          drop(plain.size);
          continue;
        }
        const end = find(join(), SEPARATOR);
        if (end < 0) {
          // Whoever waits for the rest of what is no header would wait for ever.
          const wrong = held > LONGEST_HEADER || !HEADER_SO_FAR.test(decoder.decode(join()));
          return wrong ? "no Content-Length header where a message should begin" : undefined;
        }
        const header = decoder.decode(join().subarray(0, end));
        const lengths = lengthsIn(header);
        const [length] = lengths;
        if (length === undefined) return "a message's header without a Content-Length";
        if (lengths.length > 1) return "a message's header with two different lengths";
        wanted = Number(length);
        if (wanted > LONGEST_MESSAGE)
          return `a message of ${length.slice(0, 20)} bytes; at most ${LONGEST_MESSAGE} are read`;
        drop(end + SEPARATOR.length);
      }
      if (held < wanted) return undefined;
      const message = messageIn(join().subarray(0, wanted));
      drop(wanted);
      wanted = -1;
      if (message instanceof Refused) refuse(message);
      else deliver(message);
    }
  };
}

/** The header that nearly every message has, a length alone, read without a text; undefined for any other. */
function plainHeader(bytes: Uint8Array): { readonly size: number; readonly length: number } | undefined {
  const from = NAME.length;
  for (let at = 0; at < from; at++) if (bytes[at] !== NAME[at]) return undefined;
  let at = from;
  let length = 0;
  for (; at < from + FEW_DIGITS; at++) {
    const digit = (bytes[at] ?? 0) - 0x30;
    if (!(digit >= 0 && digit <= 9)) break;
    length = 10 * length + digit;
  }
  for (let i = 0; i < SEPARATOR.length; i++) if (bytes[at + i] !== SEPARATOR[i]) return undefined;
  return at === from ? undefined : { size: at + SEPARATOR.length, length };
}
const NAME = encoder.encode("Content-Length: ");
/** So many are below the longest message. */
const FEW_DIGITS = 8;
function lengthsIn(header: string): string[] {
  const all = header.matchAll(/^content-length:[ \t]*(\d+)[ \t]*$/gim);
  return [...new Set(Array.from(all, ([, digits]) => digits as string))];
}

function find(bytes: Uint8Array, pattern: Uint8Array): number {
  outer: for (let at = 0; at + pattern.length <= bytes.length && at <= LONGEST_HEADER; at++) {
    for (let i = 0; i < pattern.length; i++) if (bytes[at + i] !== pattern[i]) continue outer;
    return at;
  }
  return -1;
}

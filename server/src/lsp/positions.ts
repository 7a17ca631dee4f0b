/**
 * Positions on the wire. Inside, characters count UTF-16 units; a client may have asked for UTF-8, where they count
 * bytes, or UTF-32, where they count code points. Requests and answers are walked as JSON: wherever `{ line, character }` stands, the document is the one that
 * the nearest `uri` names.
 */
export type Encoding = "utf-16" | OtherEncoding;
type OtherEncoding = "utf-8" | "utf-32";
/** The client's order is its preference (LSP, "PositionEncodingKind"); UTF-16 is what every client can. */
export const encodingOf = (offered: readonly string[]): Encoding => offered.find(isEncoding) ?? "utf-16";
const isEncoding = (name: string): name is Encoding => name === "utf-8" || name === "utf-16" || name === "utf-32";

/** The text of a line of a document, without its end; undefined when the document or the line is not there. */
export type LineOf = (uri: string, line: number) => string | undefined;

interface WirePosition {
  readonly line: number;
  readonly character: number;
}
const isPosition = (value: object): value is WirePosition =>
  "line" in value && "character" in value && typeof value.line === "number" && typeof value.character === "number";

/** What a UTF-16 unit at `i` counts: the second half of a pair nothing, its first half all of the character. */
function sizeAt(text: string, i: number, encoding: OtherEncoding): number {
  const unit = text.charCodeAt(i);
  if (encoding === "utf-32") return isLow(unit) && isHigh(text.charCodeAt(i - 1)) ? 0 : 1;
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  if (unit >= 0xd800 && unit <= 0xdbff) return isLow(text.charCodeAt(i + 1)) ? 4 : 3;
  return unit >= 0xdc00 && unit <= 0xdfff && isHigh(text.charCodeAt(i - 1)) ? 0 : 3;
}
const isHigh = (unit: number) => unit >= 0xd800 && unit <= 0xdbff;
const isLow = (unit: number) => unit >= 0xdc00 && unit <= 0xdfff;

/** UTF-16 units → what the encoding counts. */
export function toWire(line: string, character: number, encoding: OtherEncoding): number {
  let count = 0;
  const end = Math.min(character, line.length);
  for (let i = 0; i < end; i += 1) count += sizeAt(line, i, encoding);
  return count;
}

/** What the encoding counts → UTF-16 units; a place inside a character is its start. */
export function fromWire(line: string, count: number, encoding: OtherEncoding): number {
  let seen = 0;
  for (let i = 0; i < line.length; i += 1) {
    const size = sizeAt(line, i, encoding);
    if (seen + size > count) return i;
    seen += size;
    if (seen === count && !isLow(line.charCodeAt(i + 1))) return i + 1;
  }
  return line.length;
}

/** A copy of `value` with every position converted; `uri` is the document of positions that name none. */
export function convertPositions(
  value: unknown,
  uri: string | undefined,
  convert: (uri: string, position: WirePosition) => WirePosition,
): unknown {
  if (Array.isArray(value)) return value.map((item) => convertPositions(item, uri, convert));
  if (typeof value !== "object" || value === null) return value;
  if (isPosition(value)) return uri === undefined ? value : { ...value, ...convert(uri, value) };
  const inside = uriOf(value) ?? uri;
  const out: Record<string, unknown> = {};
  for (const [key, item] of Object.entries(value)) {
    // WorkspaceEdit.changes: the keys are URIs. LocationLink: the origin is in the document that was asked.
    if (key === "changes" && typeof item === "object" && item !== null && !Array.isArray(item))
      out[key] = Object.fromEntries(
        Object.entries(item).map(([of, edits]) => [of, convertPositions(edits, of, convert)]),
      );
    else if (key === "originSelectionRange") out[key] = convertPositions(item, uri, convert);
    else if (key === "fromRanges")
      out[key] = convertPositions(item, "from" in value ? uriOf(value.from as object) : uri, convert);
    else out[key] = convertPositions(item, inside, convert);
  }
  return out;
}

function uriOf(value: object): string | undefined {
  if ("uri" in value && typeof value.uri === "string") return value.uri;
  if ("targetUri" in value && typeof value.targetUri === "string") return value.targetUri;
  if ("textDocument" in value && typeof value.textDocument === "object" && value.textDocument !== null)
    return uriOf(value.textDocument);
  return undefined;
}

/** What the client gets: UTF-16 inside, `encoding` outside. */
export const encodePositions = <T>(value: T, uri: string | undefined, encoding: Encoding, lineOf: LineOf): T =>
  encoding === "utf-16"
    ? value
    : (convertPositions(value, uri, (of, { line, character }) => ({
        line,
        character: toWire(lineOf(of, line) ?? "", character, encoding),
      })) as T);

/** What the client sent: `encoding` outside, UTF-16 inside. */
export const decodePositions = <T>(value: T, uri: string | undefined, encoding: Encoding, lineOf: LineOf): T =>
  encoding === "utf-16"
    ? value
    : (convertPositions(value, uri, (of, { line, character }) => ({
        line,
        character: fromWire(lineOf(of, line) ?? "", character, encoding),
      })) as T);

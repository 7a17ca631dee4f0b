/** XML with places. A document type is refused whatever it says: nothing of NSX has one, and entities are a way to harm. */
import { parseXml, XmlElement, XmlError, XmlText } from "@rgrove/parse-xml";
import { type Input, Lines, tooDeepFor } from "./input.ts";
import { promptCommand } from "./lines.ts";
import { type Place, Refusal } from "./report.ts";

export class XmlNode {
  readonly #element: XmlElement;
  readonly #file: string;
  readonly #lines: Lines;

  constructor(element: XmlElement, file: string, lines: Lines) {
    this.#element = element;
    this.#file = file;
    this.#lines = lines;
  }
  get name(): string {
    return this.#element.name;
  }
  at(): Place {
    return { file: this.#file, ...this.#lines.at(this.#element.start) };
  }
  attribute(name: string): string | undefined {
    return this.#element.attributes[name];
  }
  /** Elements inside, of a name or all. */
  all(...names: readonly string[]): XmlNode[] {
    return this.#element.children.flatMap((child) =>
      child instanceof XmlElement && (names.length === 0 || names.includes(child.name))
        ? [new XmlNode(child, this.#file, this.#lines)]
        : [],
    );
  }
  one(name: string): XmlNode | undefined {
    return this.all(name)[0];
  }
  /** The text of an element inside, without blanks around it; undefined where it is missing or empty. */
  text(name: string): string | undefined {
    return this.one(name)?.content;
  }
  get content(): string | undefined {
    const text = this.#element.children
      .map((child) => (child instanceof XmlText ? child.text : ""))
      .join("")
      .trim();
    return text === "" ? undefined : text;
  }
}

/** The root element. Refuses what is no XML, with line and column. */
export function readXml(input: Input, deepest: number): XmlNode {
  const text = withoutPrompts(input.text.replace(/^\uFEFF/, ""));
  const lines = new Lines(text);
  const at = (offset: number): Place => ({ file: input.name, ...lines.at(offset) });
  const refused = harmful(text, deepest);
  if (refused !== undefined) throw new Refusal(at(refused.at), refused.why);
  try {
    const { root } = parseXml(text, { includeOffsets: true });
    if (root === null) throw new Refusal(at(0), "not XML: no element");
    return new XmlNode(root, input.name, lines);
  } catch (error) {
    if (!(error instanceof XmlError)) throw error;
    const why = (error.message.split("\n")[0] as string).replace(/\(line \d+, column \d+\)$/, "").trimEnd();
    throw new Refusal({ file: input.name, line: error.line, column: error.column }, `not XML: ${why}`);
  }
}

/** Lines of a terminal before the XML, blanked so that places stay; a declaration must come first. */
function withoutPrompts(text: string): string {
  const start = text.indexOf("<");
  const before = text.slice(0, Math.max(start, 0));
  if (
    before.trim() === ""
      ? start <= 0
      : before.split("\n").some((line) => line.trim() !== "" && promptCommand(line) === undefined)
  )
    return text;
  const blank = before.replace(/[^\n]/g, " ");
  // An XML declaration may only stand at the very start: it says nothing that is not known by now.
  const declaration = /^<\?xml\s[^>]*\?>/.exec(text.slice(start))?.[0] ?? "";
  return blank + declaration.replace(/[^\n]/g, " ") + text.slice(start + declaration.length);
}

/** A document type, or an element that is nested too deep: what must not reach a parser. */
function harmful(text: string, deepest: number): { readonly at: number; readonly why: string } | undefined {
  let depth = 0;
  for (let i = text.indexOf("<"); i >= 0; i = text.indexOf("<", i + 1)) {
    const end = (mark: string) => {
      const found = text.indexOf(mark, i);
      return found < 0 ? text.length : found + mark.length - 1;
    };
    if (text.startsWith("<!--", i)) i = end("-->");
    else if (text.startsWith("<![CDATA[", i)) i = end("]]>");
    else if (text.startsWith("<?", i)) i = end("?>");
    else if (/^<!DOCTYPE/i.test(text.slice(i, i + 9)))
      return { at: i, why: "a document type (DOCTYPE) is refused: nothing that NSX writes has one" };
    else if (text[i + 1] === "/") depth -= 1;
    else {
      let j = i + 1;
      for (let quote = ""; j < text.length && (quote !== "" || text[j] !== ">"); j++) {
        const c = text[j] as string;
        if (quote === "" ? c === '"' || c === "'" : c === quote) quote = quote === "" ? c : "";
      }
      if (text[j - 1] !== "/" && ++depth > deepest) return { at: i, why: tooDeepFor(deepest) };
      i = j;
    }
  }
  return undefined;
}

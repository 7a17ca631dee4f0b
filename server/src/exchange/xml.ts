/** XML with places. */
import { parseXml, XmlElement, XmlError, XmlText } from "@rgrove/parse-xml";
import type { Steps } from "../syntax/steps.ts";
import { type Input, Lines } from "./input.ts";
import { promptCommand } from "./lines.ts";
import { type Place, Refusal } from "./report.ts";
import { elements, wholePlace, type XmlTree, xmlTree } from "./xmlTree.ts";

/** What makes places of the nodes of one input. */
interface Source {
  readonly file: string;
  readonly lines: Lines;
  readonly tree: XmlTree;
}

export class XmlNode {
  readonly #source: Source;
  readonly #element: XmlElement;
  /** Where the piece begins that the element is in; undefined around the pieces. */
  readonly #base: number | undefined;

  constructor(source: Source, element: XmlElement, base?: number) {
    const piece = base === undefined ? source.tree.pieces.get(element.start) : undefined;
    this.#source = source;
    this.#element = piece?.root ?? element;
    this.#base = piece?.from ?? base;
  }
  get name(): string {
    return this.#element.name;
  }
  at(): Place {
    const { file, lines, tree } = this.#source;
    const { start } = this.#element;
    return { file, ...lines.at(this.#base === undefined ? wholePlace(tree, start) : this.#base + start) };
  }
  attribute(name: string): string | undefined {
    return this.#element.attributes[name];
  }
  /** Elements inside, of a name or all. */
  all(...names: readonly string[]): XmlNode[] {
    const inside: XmlNode[] = [];
    for (const child of this.#element.children) {
      if (!(child instanceof XmlElement)) continue;
      const node = new XmlNode(this.#source, child, this.#base);
      if (names.length === 0 || names.includes(node.name)) inside.push(node);
    }
    return inside;
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
export function* readXml(input: Input, deepest: number): Steps<XmlNode> {
  const text = withoutPrompts(input.text.replace(/^\uFEFF/, ""));
  const lines = new Lines(text);
  const at = (offset: number): Place => ({ file: input.name, ...lines.at(offset) });
  const found = yield* elements(text, deepest);
  if (found.harm !== undefined) throw new Refusal(at(found.harm.at), found.harm.why);
  try {
    const tree = (yield* xmlTree(text, found.short)) ?? {
      root: parseXml(text, { includeOffsets: true }).root,
      pieces: new Map(),
      places: [],
    };
    if (tree.root === null) throw new Refusal(at(0), "not XML: no element");
    return new XmlNode({ file: input.name, lines, tree }, tree.root);
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

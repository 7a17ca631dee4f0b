/**
 * The nodes that a large policy has by the hundred thousand, made small: what can be told from another node is not kept,
 * and what is equal at one place of its chunk is one object. Half the memory of a policy, and most of the work of
 * opening one, is nodes.
 */
import { unquote } from "./strings.ts";
import type {
  Action,
  BlockStatement,
  Chunk,
  Clause,
  Endpoint,
  Endpoints,
  Int,
  Name,
  PortRange,
  RuleStatement,
  ServiceEntry,
  Span,
  Text,
} from "./tree.ts";

/** What stands at a place of a chunk, by its first character and a small number that tells it from others there. */
export class ByPlace<T> {
  private readonly made: (T | undefined)[];
  private readonly kinds: number;

  constructor(kinds: number) {
    this.kinds = kinds;
    this.made = new Array(FARTHEST * kinds).fill(undefined);
  }
  of(start: number, kind: number, make: (start: number, kind: number) => T): T {
    if (start >= FARTHEST || kind >= this.kinds) return make(start, kind);
    const index = start * this.kinds + kind;
    let made = this.made[index];
    if (made === undefined) {
      made = make(start, kind);
      this.made[index] = made;
    }
    return made;
  }
}
const FARTHEST = 256;

const spans = new ByPlace<Span>(24);
const newSpan = (start: number, length: number): Span => ({ start, end: start + length });
/** Words of the grammar stand at the same few places of their chunks over and over. */
export const spanAt = (start: number, length: number): Span => spans.of(start, length, newSpan);

/** What is a name and no more is that name, too. */
abstract class NameAlone implements Name {
  readonly start: number;
  readonly end: number;
  readonly text: string;
  constructor(start: number, end: number, text: string) {
    this.start = start;
    this.end = end;
    this.text = text;
  }
  /** Quotes and escapes take room that the name does not. */
  get quoted(): boolean {
    return this.end - this.start !== this.text.length;
  }
  get name(): Name {
    return this;
  }
}
export class NamedEndpoint extends NameAlone {
  get kind(): "name" {
    return "name";
  }
}
/** Of what a service consists of. */
export class NamedService extends NameAlone implements ServiceEntry {
  get ports(): readonly PortRange[] | undefined {
    return undefined;
  }
  get detail(): undefined {
    return undefined;
  }
  get code(): undefined {
    return undefined;
  }
  get sourcePorts(): readonly PortRange[] | undefined {
    return undefined;
  }
}

/** A number that is written as one would write it. */
class PlainNumber implements Int {
  readonly start: number;
  readonly value: number;
  constructor(start: number, value: number) {
    this.start = start;
    this.value = value;
  }
  get text(): string {
    return String(this.value);
  }
  get end(): number {
    return this.start + this.text.length;
  }
}
const ZERO = 48;
const isPlain = (text: string): boolean => text.length < 10 && (text.length === 1 || text.charCodeAt(0) !== ZERO);
export const numberAt = (start: number, text: string): Int =>
  isPlain(text) ? new PlainNumber(start, Number(text)) : { start, end: start + text.length, value: Number(text), text };

/** Of a rule's number and title it is kept where they stand: they become nodes when somebody asks for them. */
export class RuleNode implements RuleStatement {
  readonly kind = "rule";
  readonly start: number;
  end: number;
  readonly chunk: Chunk;
  readonly keyword: Span;
  doc: string | undefined = undefined;
  broken = false;
  parent: BlockStatement | undefined = undefined;
  private idStart = 0;
  private idValue: number | Int | undefined = undefined;
  private titleStart = 0;
  private titleEnd = 0;
  action: Action | undefined = undefined;
  clauses: readonly Clause[] = NONE;
  constructor(chunk: Chunk, keyword: Span) {
    this.chunk = chunk;
    this.keyword = keyword;
    this.start = keyword.start;
    this.end = keyword.end;
  }
  get id(): Int | undefined {
    const { idValue } = this;
    return typeof idValue === "number" ? new PlainNumber(this.idStart, idValue) : idValue;
  }
  set id(id: Int | undefined) {
    this.idStart = id?.start ?? 0;
    this.idValue = id instanceof PlainNumber ? id.value : id;
  }
  get title(): Text | undefined {
    const { titleStart: start, titleEnd: end } = this;
    return end === 0 ? undefined : { start, end, text: unquote(this.chunk.text.slice(start, end)) };
  }
  set title(title: Span | undefined) {
    this.titleStart = title?.start ?? 0;
    this.titleEnd = title?.end ?? 0;
  }
}

/** Endpoints as they are read; where there are none yet, `end` is where they would be. */
export class EndpointList implements Endpoints {
  items: readonly Endpoint[];
  except: readonly Endpoint[];
  end: number;
  constructor(items: readonly Endpoint[], except: readonly Endpoint[], end: number) {
    this.items = items;
    this.except = except;
    this.end = end;
  }
  get start(): number {
    return this.items[0]?.start ?? this.end;
  }
  /** The first of them, and maybe the only one. */
  begin(first: Endpoint): void {
    this.items = [first];
    this.end = first.end;
  }
  list(): EndpointList {
    return this;
  }
}

/** `from`, `to`, `applied-to`: with one endpoint, mostly, and then without a list. */
export class EndpointClause {
  readonly kind: Extract<Clause, { readonly endpoints: Endpoints }>["kind"];
  readonly keyword: Span;
  private held: Endpoint | EndpointList | undefined = undefined;
  constructor(kind: EndpointClause["kind"], keyword: Span) {
    this.kind = kind;
    this.keyword = keyword;
  }
  begin(first: Endpoint): void {
    this.held = first;
  }
  /** What more of them are read into. */
  list(): EndpointList {
    const { held } = this;
    const list =
      held instanceof EndpointList ? held : new EndpointList(held === undefined ? NONE : [held], NONE, this.end);
    this.held = list;
    return list;
  }
  get start(): number {
    return this.keyword.start;
  }
  get end(): number {
    return this.held === undefined ? this.keyword.end : this.held.end;
  }
  get endpoints(): Endpoints {
    const { held } = this;
    if (held instanceof EndpointList) return held;
    return new EndpointList(held === undefined ? NONE : [held], NONE, this.end);
  }
}

/** `service`: with one entry, mostly, and then without a list. */
export class ServiceClause {
  readonly keyword: Span;
  private held: ServiceEntry | readonly ServiceEntry[] = NONE;
  end: number;
  constructor(keyword: Span) {
    this.keyword = keyword;
    this.end = keyword.end;
  }
  begin(first: ServiceEntry): void {
    this.held = first;
  }
  get kind(): "service" {
    return "service";
  }
  get start(): number {
    return this.keyword.start;
  }
  get entries(): readonly ServiceEntry[] {
    const { held } = this;
    return isList(held) ? held : [held];
  }
  set entries(entries: readonly ServiceEntry[]) {
    this.held = entries;
  }
}
const isList = (held: ServiceEntry | readonly ServiceEntry[]): held is readonly ServiceEntry[] => Array.isArray(held);
const NONE: readonly never[] = [];

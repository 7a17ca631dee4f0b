/**
 * The nodes that a large policy has by the hundred thousand, made small: what can be told from another node is not kept,
 * and what is equal at one place of its chunk is one object. Half the memory of a policy, and most of the work of
 * opening one, is nodes.
 */
import type { Clause, Endpoint, Endpoints, Int, Name, PortRange, ServiceEntry, Span } from "./tree.ts";

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
  readonly quoted: boolean;
  constructor(start: number, end: number, text: string, quoted: boolean) {
    this.start = start;
    this.end = end;
    this.text = text;
    this.quoted = quoted;
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

/** A number. How it is written is kept where it is not as one would write it. */
export class NumberNode implements Int {
  readonly start: number;
  readonly end: number;
  readonly value: number;
  private readonly written: string | undefined;
  constructor(start: number, text: string) {
    this.start = start;
    this.end = start + text.length;
    this.value = Number(text);
    const first = text.charCodeAt(0);
    this.written = text.length < 10 && first > ZERO && first <= NINE ? undefined : text;
  }
  get text(): string {
    return this.written ?? String(this.value);
  }
}
const ZERO = 48;
const NINE = 57;

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
}

/** `from`, `to`, `applied-to`, and what is read of the endpoints behind it: one, mostly, without a list. */
export class EndpointClause {
  readonly kind: Extract<Clause, { readonly endpoints: Endpoints }>["kind"];
  readonly keyword: Span;
  private only: Endpoint | undefined = undefined;
  items: readonly Endpoint[] = NONE;
  except: readonly Endpoint[] = NONE;
  end: number;
  constructor(kind: EndpointClause["kind"], keyword: Span) {
    this.kind = kind;
    this.keyword = keyword;
    this.end = keyword.end;
  }
  begin(first: Endpoint): void {
    this.only = first;
    this.end = first.end;
  }
  get start(): number {
    return this.keyword.start;
  }
  get endpoints(): Endpoints {
    const items = this.items.length === 0 && this.only !== undefined ? [this.only] : this.items;
    return new EndpointList(items, this.except, this.end);
  }
}

/** `service`, and what is read of the entries behind it: one, mostly, without a list. */
export class ServiceClause {
  readonly keyword: Span;
  private only: ServiceEntry | undefined = undefined;
  private all: readonly ServiceEntry[] = NONE;
  end: number;
  constructor(keyword: Span) {
    this.keyword = keyword;
    this.end = keyword.end;
  }
  begin(first: ServiceEntry): void {
    this.only = first;
  }
  get kind(): "service" {
    return "service";
  }
  get start(): number {
    return this.keyword.start;
  }
  get entries(): readonly ServiceEntry[] {
    return this.all.length === 0 && this.only !== undefined ? [this.only] : this.all;
  }
  set entries(entries: readonly ServiceEntry[]) {
    this.all = entries;
  }
}
const NONE: readonly never[] = [];

/**
 * Names: what each statement declares and refers to, and which declaration a name means. A document's table is kept
 * statement by statement, so that an edit costs what it changes.
 */

import type { Edit, SourceDocument } from "../syntax/document.ts";
import { eachStatement, statementsOf } from "../syntax/statements.ts";
import { finish, STRIDE, type Steps } from "../syntax/steps.ts";
import type {
  Clause,
  Endpoint,
  Endpoints,
  Host,
  Name,
  PacketText,
  ServiceEntry,
  Statement,
  VnicRef,
} from "../syntax/tree.ts";
import type { Source } from "./policy.ts";
import type { Program } from "./program.ts";
import { isProtocolEntry } from "./services.ts";

/** Names of one space exclude each other. Keys are local to their block, vNICs to their VM; tags are never declared. */
export type Space = "endpoint" | "service" | "block" | "key" | "vnic" | "tag";
export type BlockKind = "acl" | "swsec" | "dfw" | "redirect" | "encryption";
export type Kind = "group" | "vm" | "segment" | "service" | BlockKind | "appliance" | "chain" | "key" | "vnic" | "tag";

export interface Declared {
  readonly space: Space;
  readonly kind: Kind;
  readonly name: Name;
  readonly statement: Statement;
}
export interface Reference {
  readonly space: Space;
  readonly name: Name;
  /** The kinds that can stand there. */
  readonly wants: readonly Kind[];
  readonly statement: Statement;
  /** The name before the dot: a vNIC's VM, a key's block. */
  readonly owner?: Name;
}
const ENDPOINT: readonly Kind[] = ["group", "vm", "segment"];
const VM: readonly Kind[] = ["vm"];
const VNIC: readonly Kind[] = ["vnic"];
const TAG: readonly Kind[] = ["tag"];
const SEGMENT: readonly Kind[] = ["segment"];
const SERVICE: readonly Kind[] = ["service"];
const KEY: readonly Kind[] = ["key"];
const APPLIANCE: readonly Kind[] = ["appliance"];
const ENCRYPTION: readonly Kind[] = ["encryption"];
const BLOCKS: readonly BlockKind[] = ["acl", "swsec", "dfw", "redirect", "encryption"];
const BLOCK_LISTS: Readonly<Record<string, readonly Kind[]>> = Object.fromEntries(BLOCKS.map((kind) => [kind, [kind]]));
/** What `set NAME up|hung|down` can speak of. */
const SETTABLE: readonly Kind[] = ["appliance", ...BLOCKS];

/** What a statement itself (not its children) declares. */
export function declaredIn(statement: Statement): Declared | undefined {
  const kind = DECLARING[statement.kind];
  if (kind === undefined) return undefined;
  const { name } = statement as Statement & { readonly name?: Name };
  return name && { ...kind, name, statement };
}

const DECLARING: Partial<Record<Statement["kind"], { readonly space: Space; readonly kind: Kind }>> = {
  segment: { space: "endpoint", kind: "segment" },
  vm: { space: "endpoint", kind: "vm" },
  group: { space: "endpoint", kind: "group" },
  service: { space: "service", kind: "service" },
  acl: { space: "block", kind: "acl" },
  swsec: { space: "block", kind: "swsec" },
  dfw: { space: "block", kind: "dfw" },
  redirect: { space: "block", kind: "redirect" },
  encryption: { space: "block", kind: "encryption" },
  appliance: { space: "block", kind: "appliance" },
  chain: { space: "block", kind: "chain" },
  vnic: { space: "vnic", kind: "vnic" },
  key: { space: "key", kind: "key" },
};

const NONE: readonly Reference[] = [];

/** What a statement itself (not its children) refers to, in the order of the text. */
export function referencesIn(statement: Statement): readonly Reference[] {
  let references: Reference[] | undefined;
  const refer = (space: Space, name: Name | undefined, wants: readonly Kind[], owner?: Name) => {
    if (name === undefined) return;
    references ??= [];
    references.push({ space, name, wants, statement, owner });
  };
  const vnic = (ref: VnicRef | undefined) => {
    if (ref === undefined) return;
    refer("endpoint", ref.vm, VM);
    refer("vnic", ref.vnic, VNIC, ref.vm);
  };
  const endpoint = (item: Endpoint) => {
    if (item.kind === "name") refer("endpoint", item.name, ENDPOINT);
    else if (item.kind === "tag") refer("tag", item.tag, TAG);
    else if (item.kind === "vnic") vnic(item.vnic);
  };
  const endpoints = (list: Endpoints | undefined) => {
    if (list === undefined) return;
    for (const item of list.items) endpoint(item);
    for (const item of list.except) endpoint(item);
  };
  const entries = (list: readonly ServiceEntry[]) => {
    for (const entry of list) if (!isProtocolEntry(entry)) refer("service", entry.name, SERVICE);
  };
  const clauses = (list: readonly Clause[]) => {
    for (const clause of list) {
      if ("endpoints" in clause) endpoints(clause.endpoints);
      else if (clause.kind === "service") entries(clause.entries);
    }
  };
  const host = (at: Host) => {
    if (at.kind === "name") refer("endpoint", at.name, VM);
    else if (at.kind === "vnic") vnic(at.vnic);
  };
  switch (statement.kind) {
    case "group":
    case "exclude":
      endpoints(statement.endpoints);
      break;
    case "service":
      entries(statement.entries);
      break;
    case "redirect":
      refer("block", statement.via, APPLIANCE);
      break;
    case "chain":
    case "section":
      endpoints(statement.appliedTo);
      break;
    case "tags":
      for (const tag of statement.tags) refer("tag", tag, TAG);
      break;
    case "in-segment":
      refer("endpoint", statement.segment, SEGMENT);
      break;
    case "rule":
    case "default":
      refer("key", statement.action?.key, KEY);
      if (statement.kind === "rule") clauses(statement.clauses);
      break;
    case "bind":
    case "approve":
      vnic(statement.vnic);
      break;
    case "slot":
      refer("block", statement.block, BLOCK_LISTS[statement.module?.text ?? ""] ?? BLOCKS);
      break;
    case "assert":
      refer("block", statement.property?.by, APPLIANCE);
      clauses(statement.clauses);
      break;
    case "send":
      vnic(statement.from);
      for (const at of statement.packet === undefined ? [] : hostsOf(statement.packet)) host(at);
      vnic(statement.expect?.on);
      break;
    case "set":
      refer("block", statement.name, SETTABLE);
      break;
    case "rotate":
      refer("block", statement.block, ENCRYPTION);
      refer("key", statement.key, KEY, statement.block);
      break;
    case "replay":
      vnic(statement.at);
      break;
  }
  return references ?? NONE;
}

/** The ends of a packet as written: source first. */
export const hostsOf = (packet: PacketText): readonly Host[] => ends(packet).filter((host) => host !== undefined);

function ends(packet: PacketText): readonly Host[] {
  switch (packet.kind) {
    case "arp-request":
      return [packet.sender];
    case "arp-reply":
      return [packet.receiver];
    case "dhcp":
      return [packet.host];
    case "frame":
      return [];
    default:
      return [packet.source, packet.destination];
  }
}

/** What a name is looked up by in its space: with the block or VM it is local to, where it is. */
export function lookupKey(entry: Declared | Reference): string {
  const { space, name } = entry;
  if (space !== "vnic" && space !== "key") return name.text;
  const owner = "owner" in entry ? entry.owner : undefined;
  return `${owner?.text ?? enclosing(entry.statement, space)}\0${name.text}`;
}

/** The name of the VM or the encryption block that a statement is in. */
function enclosing(statement: Statement, space: "vnic" | "key"): string {
  const kind = space === "vnic" ? "vm" : "encryption";
  for (let block = statement.parent; block !== undefined; block = block.parent)
    if (block.kind === kind) return block.name?.text ?? "";
  return "";
}

// ---- a document -------------------------------------------------------------------------------------------------

type Table<T> = Readonly<Record<Space, Map<string, T[]>>>;
const table = <T>(): Table<T> => ({
  endpoint: new Map(),
  service: new Map(),
  block: new Map(),
  key: new Map(),
  vnic: new Map(),
  tag: new Map(),
});

/** Who declares and who uses each name of one document: an index by name that every edit of it keeps up. */
export class DocumentNames {
  readonly #declared = table<Declared>();
  readonly #users = table<Statement>();
  /** What a statement was entered under where that hangs on the block around it, which may be another by now. */
  readonly #local = new Map<Statement, Entries>();
  /** Statements that are not entered yet. */
  readonly #waiting = new Set<Statement>();

  readonly #followers = new Set<(touched: TouchedNames) => void>();
  /** Calls `follower` after every edit with the names that it touched, until the function it gives is called. */
  follow(follower: (touched: TouchedNames) => void): () => void {
    this.#followers.add(follower);
    return () => this.#followers.delete(follower);
  }

  static readonly #known = new WeakMap<SourceDocument, DocumentNames>();
  static readonly #making = new WeakMap<SourceDocument, Steps<DocumentNames>>();
  /** A document's one index. */
  static of(document: SourceDocument): DocumentNames {
    return DocumentNames.#known.get(document) ?? finish(DocumentNames.make(document));
  }
  /** The same in short steps, with edits between them; whoever asks for it meanwhile does what is left. */
  static *make(document: SourceDocument): Steps<DocumentNames> {
    const made = () => DocumentNames.#known.get(document);
    const steps = DocumentNames.#making.get(document) ?? new DocumentNames().#read(document);
    DocumentNames.#making.set(document, steps);
    for (let names = made(); ; names = made()) {
      if (names !== undefined) return names;
      const step = steps.next();
      if (step.done) DocumentNames.#known.set(document, step.value);
      else yield;
    }
  }
  *#read(document: SourceDocument): Steps<this> {
    for (const statement of statementsOf(document.tree.statements)) this.#waiting.add(statement);
    document.follow((edit) => this.#update(edit));
    let entered = 0;
    for (const statement of this.#waiting) {
      this.#waiting.delete(statement);
      this.#enter(statement);
      entered += 1;
      if (entered % STRIDE === 0) yield;
    }
    return this;
  }

  /** In the order of the file. */
  declarations(space: Space, key: string): readonly Declared[] {
    const found = this.#declared[space].get(key) ?? [];
    return found.length > 1 ? [...found].sort((a, b) => inOrder(a.statement, b.statement)) : found;
  }

  /** The statements that refer to a name, each once, in no order. */
  users(space: Space, key: string): readonly Statement[] {
    return this.#users[space].get(key) ?? [];
  }

  /** Every name that something refers to. */
  *used(): Generator<NameKey> {
    for (const space of Object.keys(this.#users) as Space[])
      for (const key of this.#users[space].keys()) yield { space, key };
  }

  /** In the order of the file. */
  references(space: Space, key: string): readonly Reference[] {
    return [...this.users(space, key)]
      .sort(inOrder)
      .flatMap((statement) =>
        referencesIn(statement).filter((reference) => reference.space === space && lookupKey(reference) === key),
      );
  }

  /** The keys of all that is declared, space by space. */
  *spaces(): Generator<{ readonly space: Space; readonly keys: Iterable<string> }> {
    for (const space of Object.keys(this.#declared) as Space[]) yield { space, keys: this.#declared[space].keys() };
  }

  /** All that is declared in a space, by lookup key. */
  all(space: Space): ReadonlyMap<string, readonly Declared[]> {
    return this.#declared[space];
  }

  #update({ removed, added, moved }: Edit): void {
    const declared: NameKey[] = [];
    const used: NameKey[] = [];
    const touch = (entries: Entries) => {
      if (entries.declared) declared.push({ space: entries.declared.entry.space, key: entries.declared.key });
      for (const use of entries.uses) used.push(use);
    };
    for (const statement of removed) if (!this.#waiting.delete(statement)) touch(this.#leave(statement));
    eachStatement(moved, (statement) => {
      if (!this.#local.has(statement)) return;
      touch(this.#leave(statement));
      touch(this.#enter(statement));
    });
    for (const statement of added) touch(this.#enter(statement));
    for (const follower of this.#followers) follower({ declared, used });
  }

  #enter(statement: Statement): Entries {
    const entries = namesIn(statement);
    if (entries.local) this.#local.set(statement, entries);
    const { declared, uses } = entries;
    if (declared) put(this.#declared[declared.entry.space], declared.key, declared.entry);
    for (const { space, key } of uses) put(this.#users[space], key, statement);
    return entries;
  }
  #leave(statement: Statement): Entries {
    const entries = this.#local.get(statement) ?? namesIn(statement);
    const { declared, uses } = entries;
    this.#local.delete(statement);
    if (declared) take(this.#declared[declared.entry.space], declared.key, (entry) => entry.statement === statement);
    for (const { space, key } of uses) take(this.#users[space], key, (user) => user === statement);
    return entries;
  }
}

/** Names of which a declaration, or a use, has gone or come. */
export interface TouchedNames {
  readonly declared: readonly NameKey[];
  readonly used: readonly NameKey[];
}
/** A name in its space. */
export interface NameKey {
  readonly space: Space;
  readonly key: string;
}
interface Entries {
  readonly declared?: { readonly key: string; readonly entry: Declared };
  /** Each name once. */
  readonly uses: readonly NameKey[];
  /** Whether a key hangs on the block around the statement. */
  readonly local: boolean;
}

/** What a statement itself (not its children) is entered under in the index of its document. */
function namesIn(statement: Statement): Entries {
  const entry = declaredIn(statement);
  const uses: NameKey[] = [];
  let many: Set<string> | undefined;
  const use = (space: Space, key: string) => {
    if (uses.length === FEW) many = new Set(uses.map((known) => `${known.space} ${known.key}`));
    if (many ? many.has(`${space} ${key}`) : uses.some((known) => known.space === space && known.key === key)) return;
    uses.push({ space, key });
    many?.add(`${space} ${key}`);
  };
  let local = entry !== undefined && isEnclosed(entry);
  for (const reference of referencesIn(statement)) {
    local ||= isEnclosed(reference);
    use(reference.space, lookupKey(reference));
  }
  // What was meant by a line with an error nobody knows: whatever it may name is in use.
  if (statement.broken)
    for (const key of wordsOf(statement))
      for (const space of MAYBE_MEANT) if (key !== entry?.name.text) use(space, key);
  return { declared: entry && { key: lookupKey(entry), entry }, uses, local };
}

/** Of so many, looking at each is quicker than keeping a set. */
const FEW = 8;
const MAYBE_MEANT = ["endpoint", "service", "block"] as const;

/** The words of a statement's text, quoted ones too, each once. */
function wordsOf({ chunk, start, end }: Statement): ReadonlySet<string> {
  const words = new Set<string>();
  for (const [word] of chunk.text.slice(start, end).matchAll(/"[^"\n]*"|[A-Za-z_][A-Za-z0-9_-]*/g))
    words.add(word.startsWith('"') ? word.slice(1, -1) : word);
  return words;
}

const isEnclosed = (entry: Declared | Reference): boolean =>
  entry.space === "vnic" || entry.space === "key" ? !("owner" in entry && entry.owner !== undefined) : false;

const inOrder = (a: Statement, b: Statement): number => a.chunk.line - b.chunk.line || a.start - b.start;

function put<T>(into: Map<string, T[]>, key: string, entry: T): void {
  const list = into.get(key);
  if (list === undefined) into.set(key, [entry]);
  else list.push(entry);
}
function take<T>(from: Map<string, T[]>, key: string, wanted: (entry: T) => boolean): void {
  const list = from.get(key);
  const at = list?.findIndex(wanted) ?? -1;
  if (list === undefined || at < 0) return;
  // The last takes its place: a name may have very many users.
  const last = list.pop() as T;
  if (at < list.length) list[at] = last;
  if (list.length === 0) from.delete(key);
}

// ---- a program --------------------------------------------------------------------------------------------------

export interface Located<T extends Declared | Reference> {
  readonly uri: string;
  readonly entry: T;
}

/** The names of a root and all that it imports: everything declared in one of the documents is visible in each. */
export class ProgramNames {
  readonly #documents: readonly { readonly uri: string; readonly names: DocumentNames }[];

  constructor({ declarationOrder }: Program) {
    this.#documents = declarationOrder.map((document) => ({ uri: document.uri, names: DocumentNames.of(document) }));
  }

  /** The declarations of a name; the first is the one that holds. */
  declarations(space: Space, key: string): Located<Declared>[] {
    const found: Located<Declared>[] = [];
    for (const { uri, names } of this.#documents)
      for (const entry of names.declarations(space, key)) found.push({ uri, entry });
    return found;
  }

  /** What a reference means: the declaration that holds, of whatever kind it is. */
  resolve(reference: Reference): Located<Declared> | undefined {
    return this.first(reference.space, lookupKey(reference));
  }

  first(space: Space, key: string): Located<Declared> | undefined {
    for (const { uri, names } of this.#documents) {
      const entry = names.declarations(space, key)[0];
      if (entry !== undefined) return { uri, entry };
    }
    return undefined;
  }

  /** The statements that refer to a name, each once, in no order. */
  *users(space: Space, key: string): Generator<Source> {
    for (const { uri, names } of this.#documents)
      for (const statement of names.users(space, key)) yield { uri, statement };
  }

  /** Names that are referred to and not declared, a document at a time. */
  *undeclared(): Generator<NameKey & { readonly uri: string; readonly users: readonly Statement[] }> {
    for (const { uri, names } of this.#documents)
      for (const { space, key } of names.used())
        if (this.first(space, key) === undefined) yield { uri, space, key, users: names.users(space, key) };
  }

  /** Every place that names what is declared there, in the order of the documents. */
  references(to: Declared | Reference): Located<Reference>[] {
    const found: Located<Reference>[] = [];
    for (const { uri, names } of this.#documents)
      for (const entry of names.references(to.space, lookupKey(to))) found.push({ uri, entry });
    return found;
  }

  /** Names declared in a space, each once, with the kind that holds. */
  *declared(space: Space): Generator<Located<Declared>> {
    const seen = new Set<string>();
    for (const { uri, names } of this.#documents)
      for (const key of names.all(space).keys()) {
        if (seen.has(key)) continue;
        seen.add(key);
        yield { uri, entry: names.declarations(space, key)[0] as Declared };
      }
  }
}

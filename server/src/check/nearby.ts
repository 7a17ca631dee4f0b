/** "Did you mean": which names one that is not known may have been. */
import { BUILTIN_SERVICES } from "../policy/builtins.ts";
import { type Kind, lookupKey, type NameKey, type Reference, type Space } from "../policy/names.ts";
import type { Policy } from "../policy/policy.ts";
import type { ProgramDeclarations } from "../policy/programNames.ts";
import { Nearest } from "../syntax/near.ts";

/**
 * Names that a mistyped one may have been, looked for no longer than a check should take. What was found is kept up
 * while names are declared and go.
 */
export class Nearby {
  #names: ProgramDeclarations;
  #policy: Policy;
  /** By space and key of a name that is not known, and by the kinds that are wanted of it. */
  readonly #found = new Map<Space, Map<string, Map<readonly Kind[], Nearest>>>();
  readonly #candidates = new Map<Space, Map<unknown, readonly string[]>>();
  #budget = MOST_COMPARED;

  constructor(names: ProgramDeclarations, policy: Policy) {
    this.#names = names;
    this.#policy = policy;
  }

  of(reference: Reference): string | undefined {
    const { space, name, wants } = reference;
    const unknown = made(this.#found, space, newMap<string, Map<readonly Kind[], Nearest>>);
    const lists = made(unknown, lookupKey(reference), newMap<readonly Kind[], Nearest>);
    const known = lists.get(wants);
    if (known !== undefined) return known.best;
    const candidates = this.#candidatesFor(reference);
    this.#budget -= candidates.length;
    if (this.#budget < 0) return undefined;
    const nearest = new Nearest(name.text);
    const standsBefore = this.#order(space, localOf(space, lookupKey(reference)));
    for (const candidate of candidates) nearest.offer(candidate, standsBefore);
    lists.set(wants, nearest);
    return nearest.best;
  }

  /**
   * Some names were declared, or are no longer: gives the unknown ones that may have been another now than before,
   * undefined in between. `names` and `policy` are those of now.
   */
  *follow(
    names: ProgramDeclarations,
    policy: Policy,
    touched: readonly NameKey[],
  ): Generator<NameKey | undefined, void> {
    this.#names = names;
    this.#policy = policy;
    this.#budget = MOST_COMPARED;
    for (const { space } of touched) this.#candidates.delete(space);
    // Those that went, or stand elsewhere, before those that came: what is looked for anew is offered nothing.
    for (const pass of ["gone", "come"] as const) yield* this.#follow(touched, pass);
  }
  *#follow(touched: readonly NameKey[], pass: "gone" | "come"): Generator<NameKey | undefined, void> {
    let left = COMPARED_A_STEP;
    for (const { space, key } of touched) {
      const kind = this.#names.first(space, key)?.entry.kind;
      const local = localOf(space, key);
      const text = key.slice(local.length);
      const isService = space === "service" && this.#policy.services.has(text);
      const standsBefore = this.#order(space, local);
      for (const [unknown, lists] of this.#found.get(space) ?? []) {
        if (local !== "" && !unknown.startsWith(local)) continue;
        for (const [wants, nearest] of lists) {
          left -= 1;
          const isThere = isService || (kind !== undefined && wants.includes(kind));
          if (pass === "gone") {
            if (nearest.best !== text || (isThere && !nearest.isTied)) continue;
            lists.delete(wants);
          } else if (!isThere || !nearest.offer(text, standsBefore)) continue;
          yield { space, key: unknown };
        }
        if (left > 0) continue;
        left = COMPARED_A_STEP;
        yield;
      }
    }
  }
  /** Of two names the one that is declared first, and any that is before those that are built in. */
  #order(space: Space, local: string) {
    return (one: string, other: string): boolean => {
      const [a, b] = [one, other].map((name) => this.#names.first(space, local + name));
      if (a !== undefined && b !== undefined) return this.#names.standsBefore(a, b);
      if (a !== undefined || b !== undefined) return a !== undefined;
      const builtin = [...BUILTIN_SERVICES.keys()];
      return builtin.indexOf(one) < builtin.indexOf(other);
    };
  }
  /** Nobody uses the name any more. */
  forget({ space, key }: NameKey): void {
    this.#found.get(space)?.delete(key);
  }

  #candidatesFor(reference: Reference): readonly string[] {
    const { space, wants } = reference;
    const lists = made(this.#candidates, space, newMap<unknown, readonly string[]>);
    if (space !== "vnic" && space !== "key")
      return made(lists, wants, () => {
        const names: string[] = [];
        for (const { entry } of this.#names.declared(space))
          if (wants.includes(entry.kind)) names.push(entry.name.text);
        return space === "service" ? [...new Set([...names, ...this.#policy.services.keys()])] : names;
      });
    if (lists.size === 0)
      for (const { entry } of this.#names.declared(space)) {
        const list = made(lists, localOf(space, lookupKey(entry)), () => []) as string[];
        list.push(entry.name.text);
      }
    return lists.get(localOf(space, lookupKey(reference))) ?? [];
  }
}
/** Words to be compared: a few tenths of a second. */
const MOST_COMPARED = 300_000;
const COMPARED_A_STEP = 2000;

/** What stands before the name of a vNIC or a key in what it is looked up by: its VM, its block. */
const localOf = (space: Space, key: string): string =>
  space === "vnic" || space === "key" ? key.slice(0, key.indexOf("\0") + 1) : "";

const newMap = <K, V>(): Map<K, V> => new Map();
function made<K, V>(map: Map<K, V>, key: K, make: () => V): V {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}

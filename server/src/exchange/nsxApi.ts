/** Objects of the NSX Policy API, their paths and their ids. */

export type Json = string | number | boolean | readonly Json[] | { readonly [key: string]: Json };
export interface ApiObject {
  readonly resource_type: string;
  readonly id: string;
  readonly display_name: string;
  readonly [key: string]: Json;
}

const DOMAIN = "/infra/domains/default";
export const groupPath = (id: string): string => `${DOMAIN}/groups/${id}`;
export const servicePath = (id: string): string => `/infra/services/${id}`;

/** Ids of the API from names: letters, digits, `-`, `_` and `.`, each once, and none of those that are `taken`. */
export class Ids {
  readonly #ids = new Map<string, string>();
  readonly #taken: Set<string>;
  constructor(taken: Iterable<string> = []) {
    this.#taken = new Set(taken);
  }
  of(key: string, name: string = key): string {
    const known = this.#ids.get(key);
    if (known !== undefined) return known;
    const base = /[A-Za-z0-9._](?:.*[A-Za-z0-9._])?/.exec(name.replace(/[^A-Za-z0-9._-]+/g, "-"))?.[0] ?? "unnamed";
    let id = base;
    for (let n = 2; this.#taken.has(id); n++) id = `${base}-${n}`;
    this.#taken.add(id);
    this.#ids.set(key, id);
    return id;
  }
}

/** Numbers for objects: equal numbers, the same object. For keys that are put together from several. */
const ids = new WeakMap<object, number>();
let count = 0;

/** 0 for undefined. */
export function idOf(thing: object | undefined): number {
  if (thing === undefined) return 0;
  let id = ids.get(thing);
  if (id === undefined) {
    count += 1;
    id = count;
    ids.set(thing, id);
  }
  return id;
}

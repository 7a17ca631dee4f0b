/**
 * Strongly connected components of a graph (Tarjan's algorithm, with its own stack, so that a chain of groups of any
 * length is no trouble): each component after those it leads to, and in a component what was reached last first. A
 * cycle is a component of several nodes, or one node that leads to itself.
 */
export function components<T>(nodes: Iterable<T>, edges: (node: T) => readonly T[]): T[][] {
  const order = new Map<T, number>();
  const low = new Map<T, number>();
  const open = new Set<T>();
  const path: T[] = [];
  const out: T[][] = [];
  for (const root of nodes) {
    if (order.has(root)) continue;
    const calls: { node: T; next: readonly T[]; at: number }[] = [];
    const enter = (node: T) => {
      order.set(node, order.size);
      low.set(node, order.get(node) as number);
      open.add(node);
      path.push(node);
      calls.push({ node, next: edges(node), at: 0 });
    };
    const lower = (node: T, value: number) => low.set(node, Math.min(low.get(node) as number, value));
    enter(root);
    while (calls.length > 0) {
      const call = calls[calls.length - 1] as (typeof calls)[number];
      if (call.at < call.next.length) {
        const next = call.next[call.at] as T;
        call.at += 1;
        if (!order.has(next)) enter(next);
        else if (open.has(next)) lower(call.node, order.get(next) as number);
        continue;
      }
      calls.pop();
      const caller = calls[calls.length - 1];
      if (caller !== undefined) lower(caller.node, low.get(call.node) as number);
      if (low.get(call.node) === order.get(call.node)) {
        const component = path.splice(path.lastIndexOf(call.node)).reverse();
        for (const node of component) open.delete(node);
        out.push(component);
      }
    }
  }
  return out;
}

/** What was written before goes over the wire as what is written now. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { frame, written } from "../../server/src/wire/framing.ts";

it.each(["result", "params"])("a %s of pieces is framed as the %s", (name) => {
  const encoder = new TextEncoder();
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), fc.integer(), (items, id) => {
      const pieces = () => [
        encoder.encode('{"items":['),
        ...items.map((item, i) => encoder.encode(`${i > 0 ? "," : ""}${JSON.stringify(item)}`)),
        encoder.encode("]}"),
      ];
      const message = { jsonrpc: "2.0", id, [name]: written({ items }, pieces) };
      expect(frame(message)).toEqual(frame({ jsonrpc: "2.0", id, [name]: { items } }));
      // Ports that take objects see the result alone.
      expect(structuredClone(message)).toEqual({ jsonrpc: "2.0", id, [name]: { items } });
    }),
  );
});

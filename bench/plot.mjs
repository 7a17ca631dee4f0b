// A Vega-Lite specification, drawn. Vega is not among the project's own packages.
import { parse, View } from "vega";
import { compile } from "vega-lite";

export async function drawn(specification) {
  const view = new View(parse(compile(specification).spec), { renderer: "none" });
  return `${await view.toSVG()}\n`;
}

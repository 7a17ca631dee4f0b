/** The SVG of a Vega-Lite specification. */
export function drawn(specification: object): Promise<string>;

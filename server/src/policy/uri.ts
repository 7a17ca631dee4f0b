/** As VS Code writes URIs: all but RFC 3986's unreserved characters in percent form. */
export const encodeStep = (step: string): string =>
  encodeURIComponent(step).replace(/[!'()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);

/** Writes the site into a folder; answers with what is wrong with it, a line each. */
export function buildSite(folder: string): Promise<string[]>;

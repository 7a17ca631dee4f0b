export function parseTree(text: string): object | undefined;

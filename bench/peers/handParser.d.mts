export function parse(text: string): object[];

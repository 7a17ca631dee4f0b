/** A row of RFC 4180. A text that a spreadsheet would take for a formula is kept a text. */
export function csv(row: readonly (string | number)[]): string {
  return row.map(cell).join(",");
}

function cell(value: string | number): string {
  const text = typeof value === "number" ? String(value) : value.replace(/^[=+\-@\t\r]/, "'$&");
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/**
 * The end of `text`, as far as its characters are of a class (`/[\w-]/`). A pattern `[\w-]*$` would look for it from
 * every place of the text, in the square of its length.
 */
export function tail(text: string, of: RegExp): string {
  let at = text.length;
  while (at > 0 && of.test(text[at - 1] as string)) at -= 1;
  return text.slice(at);
}

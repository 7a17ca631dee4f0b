/** The names under which package.json knows us. */
export const languageId = "iochain";
export const debugType = "iochain";

/** The names under which package.json knows us. */
import type * as vscode from "vscode";

export const languageId = "iochain";
export const debugType = "iochain";

export const isPolicy = (document: vscode.TextDocument): boolean => document.languageId === languageId;

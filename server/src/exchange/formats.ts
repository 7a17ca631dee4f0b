/** The formats by name. */
export const IMPORT_FORMATS = ["dvfilter", "getrules", "nsxv-xml", "nsx-policy", "dfwpktlogs"] as const;
export type ImportFormat = (typeof IMPORT_FORMATS)[number];
export const isImportFormat = (text: string): text is ImportFormat =>
  (IMPORT_FORMATS as readonly string[]).includes(text);
export const EXPORT_FORMATS = ["nsx-policy", "nsxv-xml", "getrules", "terraform"] as const;
export type ExportFormat = (typeof EXPORT_FORMATS)[number];
export const isExportFormat = (text: string): text is ExportFormat =>
  (EXPORT_FORMATS as readonly string[]).includes(text);

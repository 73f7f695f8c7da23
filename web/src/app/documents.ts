/** The operations of the application: the build checks them and writes the manifest of trusted documents. */
import type { DocumentNode } from "graphql";

/** What every module exports; one that draws the application when it is loaded is left out. */
const modules = import.meta.glob<Record<string, unknown>>(["./**/*.ts", "./**/*.tsx", "!./**/*.test.*", "!./main.tsx", "!./documents.ts"], {
  eager: true,
});

const isOperation = (value: unknown): value is DocumentNode =>
  (value as DocumentNode | null)?.kind === "Document" && (value as DocumentNode).definitions.some(({ kind }) => kind === "OperationDefinition");

export const documents = [...new Set(Object.values(modules).flatMap((module) => Object.values(module).filter(isOperation)))];

import { Group } from "@mantine/core";
import type { AnyVariables, TypedDocumentNode } from "urql";

import { Exports, type Files } from "./exports";
import { type Explanation, Sign } from "./sign";

interface Asking<Data, Variables extends AnyVariables, Part> {
  query: TypedDocumentNode<Data, Variables>;
  pick(data: Data): Part;
}

interface ReportToolsProps<FilesData, SignData, Variables extends AnyVariables> {
  /** Of what, for those who hear the page. */
  what: string;
  variables: Variables;
  files: Asking<FilesData, Variables, Files>;
  sign: Asking<SignData, Variables, Explanation>;
}

/** What every report offers: its files, and how it was computed. */
export function ReportTools<FilesData, SignData, Variables extends AnyVariables>({
  what,
  variables,
  files,
  sign,
}: ReportToolsProps<FilesData, SignData, Variables>) {
  return (
    <Group gap={4} wrap="nowrap" className="report-tools">
      <Exports what={what} variables={variables} {...files} />
      <Sign what={what} variables={variables} {...sign} />
    </Group>
  );
}

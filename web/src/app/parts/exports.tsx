import { Button, Menu, Skeleton } from "@mantine/core";
import { useState } from "react";
import type { AnyVariables, TypedDocumentNode } from "urql";

import { useReport } from "../api/use-report";
import { t } from "../texts";
import { Failed } from "./states";

/** The addresses of the files of a report; they are good for some minutes only. */
export interface Files {
  csv: string;
  xlsx: string;
  pdf: string;
  parquet: string;
}

interface ExportsProps<Data, Variables extends AnyVariables> {
  /** Of what, for those who hear the page. */
  what: string;
  query: TypedDocumentNode<Data, Variables>;
  variables: Variables;
  pick(data: Data): Files;
}

const KINDS = ["csv", "xlsx", "pdf", "parquet"] as const;

/** A menu of files with all rows of a report; their addresses are asked for when it is opened. */
export function Exports<Data, Variables extends AnyVariables>({ what, ...question }: ExportsProps<Data, Variables>) {
  const [isOpen, setOpen] = useState(false);
  return (
    <Menu opened={isOpen} onChange={setOpen} position="bottom-end">
      <Menu.Target>
        <Button size="xs" variant="default" aria-label={t.exports.open(what)}>
          {t.exports.button}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>{isOpen && <Kinds what={what} {...question} />}</Menu.Dropdown>
    </Menu>
  );
}

function Kinds<Data, Variables extends AnyVariables>({ what, query, variables, pick }: ExportsProps<Data, Variables>) {
  const { data, problem, stale, retry } = useReport(query, variables, { isPrivate: true });
  if (problem) {
    return <Failed problem={problem} retry={retry} what={what} />;
  }
  if (!data || stale) {
    return <Skeleton height={140} width={180} role="status" aria-label={t.loading} />;
  }
  const files = pick(data);
  return KINDS.map((kind) => (
    <Menu.Item key={kind} component="a" href={files[kind]} download>
      {t.exports.kinds[kind]}
    </Menu.Item>
  ));
}

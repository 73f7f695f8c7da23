import { ActionIcon, Code, Modal, Skeleton, Stack, Text } from "@mantine/core";
import { useDisclosure } from "@mantine/hooks";
import type { AnyVariables, TypedDocumentNode } from "urql";

import { type FragmentOf, graphql, readFragment } from "../api/graphql";
import { useReport } from "../api/use-report";
import { useFormats } from "../shell/shop";
import { plain, t } from "../texts";
import { Failed } from "./states";

export const explained = graphql(`
  fragment Explained on HowComputed {
    definition
    statement
  }
`);

export const dated = graphql(`
  fragment Dated on Freshness {
    computedAt
    dataRevision
    fromCache
    durationMs
    engine
  }
`);

export interface Explanation {
  howComputed: FragmentOf<typeof explained>;
  freshness: FragmentOf<typeof dated>;
}

interface SignProps<Data, Variables extends AnyVariables> {
  /** Of what, for those who hear the page. */
  what: string;
  query: TypedDocumentNode<Data, Variables>;
  variables: Variables;
  pick(data: Data): Explanation;
}

/** A small sign that opens how a report was computed and how fresh it is; nothing is asked before. */
export function Sign<Data, Variables extends AnyVariables>({ what, ...question }: SignProps<Data, Variables>) {
  const [isOpen, { open, close }] = useDisclosure(false);
  return (
    <>
      <ActionIcon variant="subtle" color="gray" onClick={open} aria-label={t.sign.open(what)} title={t.sign.open(what)}>
        <svg viewBox="0 0 24 24" width="18" height="18" fill="none" stroke="currentColor" strokeWidth="2" aria-hidden="true">
          <circle cx="12" cy="12" r="9" />
          <path d="M12 11v5M12 7.5v.5" strokeLinecap="round" />
        </svg>
      </ActionIcon>
      <Modal opened={isOpen} onClose={close} title={t.sign.title(what)} size="lg" closeButtonProps={{ "aria-label": t.close }}>
        {isOpen && <Explained what={what} {...question} />}
      </Modal>
    </>
  );
}

function Explained<Data, Variables extends AnyVariables>({ what, query, variables, pick }: SignProps<Data, Variables>) {
  const formats = useFormats();
  const { data, problem, retry } = useReport(query, variables);
  if (!data) {
    return problem ? <Failed problem={problem} retry={retry} what={what} /> : <Skeleton height={160} />;
  }
  const found = pick(data);
  const { definition, statement } = readFragment(explained, found.howComputed);
  const { computedAt, dataRevision, fromCache, durationMs, engine } = readFragment(dated, found.freshness);
  return (
    <Stack gap="sm">
      <Text size="sm">{plain(definition)}</Text>
      <Text size="sm" c="dimmed">
        {t.sign.fresh(formats.moment(computedAt), formats.number(durationMs), engine, formats.count(dataRevision))}{" "}
        {fromCache && t.sign.kept}
      </Text>
      <Code block tabIndex={0} className="statement">
        {statement}
      </Code>
    </Stack>
  );
}

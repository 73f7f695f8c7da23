import { Alert, Button, Group, Skeleton, Stack, Text } from "@mantine/core";
import { type ReactNode, useRef } from "react";

import type { Problem } from "../api/problems";
import type { Report } from "../api/use-report";
import { plain, t } from "../texts";
import { HiddenContext } from "./personal";

interface LoadedProps<Data> {
  report: Report<Data>;
  /** What is being loaded, as in "The segments could not be loaded". */
  what: string;
  skeleton?: ReactNode;
  children: (data: NonNullable<Data>) => ReactNode;
}

/**
 * An answer when it is there; the last one, dimmed, while the next is awaited; what went wrong, with a retry.
 * Until the next is there the last stays as it was drawn, so that its numbers stand beside the days that they are of.
 */
export function Loaded<Data>({ report, what, skeleton, children }: LoadedProps<Data>) {
  const { data, problem, stale, hidden, retry } = report;
  const drawn = useRef<ReactNode>(null);
  if (data && !stale) {
    drawn.current = children(data as NonNullable<Data>);
  }
  return (
    <>
      {problem && <Failed problem={problem} retry={retry} what={what} isOld={Boolean(data)} />}
      {data ? (
        <div className="loaded" data-stale={stale || undefined} aria-busy={stale}>
          <HiddenContext value={hidden}>{drawn.current}</HiddenContext>
        </div>
      ) : (
        !problem && (skeleton ?? <PageSkeleton />)
      )}
    </>
  );
}

export function Failed({ problem, retry, what, isOld = false }: { problem: Problem; retry(): void; what: string; isOld?: boolean }) {
  const words = t.problems;
  const color = problem.kind === "refused" ? "yellow" : "red";
  return (
    <Alert color={color} variant="light" title={words.title(what)} role="alert" className="problem" mb="md">
      <Stack gap="xs" align="flex-start">
        <Text size="sm">
          {problem.kind === "refused" ? plain(problem.message) : words[problem.kind]} {isOld && words.old}
        </Text>
        {problem.id && (
          <Text size="sm">
            {words.id} <code>{problem.id}</code>
          </Text>
        )}
        {problem.mayPass && (
          <Group>
            <Button size="xs" variant="default" onClick={retry}>
              {words.retry}
            </Button>
          </Group>
        )}
      </Stack>
    </Alert>
  );
}

/** Where there is nothing to show: why, and what to do. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className="empty">
      <Text fw={600}>{title}</Text>
      {children && (
        <Text size="sm" c="var(--soft)" component="div">
          {children}
        </Text>
      )}
    </div>
  );
}

export function PageSkeleton() {
  return (
    <Stack role="status" aria-label={t.loading}>
      <div className="figures">
        {[1, 2, 3, 4].map((key) => (
          <Skeleton key={key} height={96} radius="md" />
        ))}
      </div>
      <Skeleton height={260} radius="md" />
      <Skeleton height={260} radius="md" />
    </Stack>
  );
}

export function Notices({ notices }: { notices: readonly string[] }) {
  if (notices.length === 0) {
    return null;
  }
  return (
    <ul className="notices" aria-label={t.notices}>
      {notices.map((notice) => (
        <li key={notice}>{plain(notice)}</li>
      ))}
    </ul>
  );
}

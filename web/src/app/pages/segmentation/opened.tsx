import { SegmentedControl, Text } from "@mantine/core";
import { useState } from "react";

import { useAddress } from "../../address";
import { type FragmentOf, graphql, readFragment } from "../../api/graphql";
import { Beside } from "../../parts/beside";
import { Members, members, MembersDrawer, PAGE } from "../../parts/members";
import { useFormats, usePeriod } from "../../shell/shop";
import { t } from "../../texts";
import { USUAL, useAsked } from "./asked";
import { daysBefore } from "../../format/formats";

export const opened = graphql(`
  fragment Opened on Segmentation {
    segments {
      code
      name
      description
      criteria
      recommendedActions
    }
    cells {
      recencyScore
      frequencyScore
      monetaryScore
      customerCount
    }
  }
`);

export const segmentMembersQuery = graphql(
  `
    query SegmentMembers(
      $method: SegmentationMethod!
      $scheme: RFMScheme!
      $days: Int
      $asOf: Date!
      $storefront: ID
      $customerType: CustomerType
      $includeInactive: Boolean
      $code: String!
      $first: Int
      $after: String
    ) {
      segmentation(
        method: $method
        scheme: $scheme
        days: $days
        asOf: $asOf
        storefront: $storefront
        customerType: $customerType
        includeInactive: $includeInactive
        segmentCode: $code
      ) {
        segments {
          customers(first: $first, after: $after) {
            ...Members
          }
        }
      }
    }
  `,
  [members],
);

export const cellMembersQuery = graphql(
  `
    query CellMembers(
      $method: SegmentationMethod!
      $scheme: RFMScheme!
      $days: Int
      $asOf: Date!
      $storefront: ID
      $customerType: CustomerType
      $includeInactive: Boolean
      $recency: Int!
      $frequency: Int!
      $monetary: Int!
      $first: Int
      $after: String
    ) {
      segmentation(
        method: $method
        scheme: $scheme
        days: $days
        asOf: $asOf
        storefront: $storefront
        customerType: $customerType
        includeInactive: $includeInactive
      ) {
        cells(recencyScore: $recency, frequencyScore: $frequency, monetaryScore: $monetary) {
          customers(first: $first, after: $after) {
            ...Members
          }
        }
      }
    }
  `,
  [members],
);

export const moveMembersQuery = graphql(
  `
    query MoveMembers(
      $method: SegmentationMethod!
      $scheme: RFMScheme!
      $days: Int
      $asOf: Date!
      $before: Date!
      $storefront: ID
      $customerType: CustomerType
      $includeInactive: Boolean
      $from: String
      $to: String
      $first: Int
      $after: String
    ) {
      segmentMigration(
        from: $before
        to: $asOf
        method: $method
        scheme: $scheme
        days: $days
        storefront: $storefront
        customerType: $customerType
        includeInactive: $includeInactive
      ) {
        moves(from: $from, to: $to) {
          customers(first: $first, after: $after) {
            ...Members
          }
        }
      }
    }
  `,
  [members],
);

/** The customers of the segment, cell or move that the address opens. */
export function Opened({ data }: { data: FragmentOf<typeof opened> }) {
  const [{ open }] = useAddress();
  const asked = useAsked();
  const period = usePeriod(USUAL);
  const { segments, cells } = readFragment(opened, data);
  const [kind, what] = split(open);
  if (kind === "segment") {
    return <OpenedSegment key={what} segment={segments.find(({ code }) => code === what)} code={what} />;
  }
  if (kind === "cell") {
    const [recency = 0, frequency = 0] = what.split(".").map(Number);
    const here = cells.filter(({ recencyScore, frequencyScore }) => recencyScore === recency && frequencyScore === frequency);
    const counts = new Map(here.map(({ monetaryScore, customerCount }) => [monetaryScore, customerCount]));
    return <OpenedCell key={what} recency={recency} frequency={frequency} counts={counts} />;
  }
  if (kind === "move") {
    const [from, to] = what.split(">").map((code) => (code === "-" ? null : code)) as [string | null, string | null];
    const nameOf = (code: string | null, none: string) =>
      code === null ? none : (segments.find((segment) => segment.code === code)?.name ?? code);
    return (
      <MembersDrawer
        title={`${nameOf(from, t.segments.fromNone)} → ${nameOf(to, t.segments.toNone)}`}
        query={moveMembersQuery}
        variables={{ ...asked, before: daysBefore(period.start, 1), from, to, first: PAGE }}
        pick={({ segmentMigration }) => segmentMigration.moves[0]?.customers}
      />
    );
  }
  return null;
}

function split(open: string | undefined): [string, string] {
  const at = open?.indexOf(":") ?? -1;
  return open && at > 0 ? [open.slice(0, at), open.slice(at + 1)] : ["", ""];
}

interface OpenedSegmentProps {
  code: string;
  segment: { name: string; description: string; criteria: string; recommendedActions: readonly string[] } | undefined;
}

function OpenedSegment({ code, segment }: OpenedSegmentProps) {
  const asked = useAsked();
  return (
    <MembersDrawer
      title={segment?.name ?? code}
      above={
        segment && (
          <>
            <Text size="sm">{segment.description}</Text>
            <Text size="sm" c="dimmed">
              {segment.criteria}
            </Text>
            <Text size="sm" fw={600} mt="xs">
              {t.segments.actions}
            </Text>
            <ul className="actions">
              {segment.recommendedActions.map((action) => (
                <li key={action}>{action}</li>
              ))}
            </ul>
          </>
        )
      }
      query={segmentMembersQuery}
      variables={{ ...asked, code, first: PAGE }}
      pick={({ segmentation }) => segmentation.segments[0]?.customers}
    />
  );
}

const MONETARY = [5, 4, 3, 2, 1];

interface OpenedCellProps {
  recency: number;
  frequency: number;
  /** Customers by monetary score. */
  counts: Map<number, number>;
}

function OpenedCell({ recency, frequency, counts }: OpenedCellProps) {
  const asked = useAsked();
  const formats = useFormats();
  const [monetary, setMonetary] = useState(MONETARY.find((score) => counts.get(score)) ?? 5);
  return (
    <Beside title={t.segments.cellTitle(recency, frequency)}>
      <Text size="sm" c="dimmed" aria-hidden="true">
        {t.segments.monetary}
      </Text>
      <SegmentedControl
        aria-label={t.segments.monetary}
        fullWidth
        mb="md"
        value={String(monetary)}
        onChange={(score) => setMonetary(Number(score))}
        data={MONETARY.map((score) => ({ value: String(score), label: t.segments.m(score, formats.count(counts.get(score) ?? 0)) }))}
      />
      <Members
        query={cellMembersQuery}
        variables={{ ...asked, recency, frequency, monetary, first: PAGE }}
        pick={({ segmentation }) => segmentation.cells[0]?.customers}
      />
    </Beside>
  );
}

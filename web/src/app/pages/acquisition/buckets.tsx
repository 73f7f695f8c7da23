import { Link } from "@tanstack/react-router";

import { type FragmentOf, graphql, readFragment, type ResultOf } from "../../api/graphql";
import { DataTable, type TableColumn } from "../../parts/data-table";
import { Panel } from "../../parts/panel";
import { ShareBar } from "../../parts/share-bar";
import { useFormats } from "../../shell/shop";
import { t } from "../../texts";

export const bucket = graphql(`
  fragment AcquisitionBucket on AcquisitionBucket {
    key
    customers
    percentage
    revenue
    avgClv
  }
`);

type Bucket = ResultOf<typeof bucket>;

export const bucketsOf = (data: readonly FragmentOf<typeof bucket>[]): readonly Bucket[] => data.map((one) => readFragment(bucket, one));

const UNKNOWN = "Unknown";

interface BucketsProps {
  title: string;
  about: string;
  /** What each row is. */
  name: string;
  data: readonly FragmentOf<typeof bucket>[];
  /** Whether each row opens to its customers. */
  isSource?: boolean;
  period: { start: string; end: string };
}

/** New customers by where they came from, and what they brought. */
export function Buckets({ title, about, name, data, isSource = false, period }: BucketsProps) {
  const formats = useFormats();
  const rows = bucketsOf(data);
  const most = Math.max(...rows.map(({ customers }) => customers), 1);
  const columns: TableColumn<Bucket>[] = [
    {
      id: "key",
      header: name,
      value: ({ key }) => key,
      cell: ({ key, customers }) => (
        <ShareBar share={customers / most}>
          {key === UNKNOWN ? (
            t.acquisition.unknown
          ) : isSource ? (
            <Link to="/customers" search={{ source: key, joinedFrom: period.start, joinedTo: period.end }}>
              {key}
            </Link>
          ) : (
            key
          )}
        </ShareBar>
      ),
    },
    { id: "customers", header: t.columns.customers, right: true, value: ({ customers }) => customers, cell: ({ customers }) => formats.count(customers) },
    { id: "share", header: t.columns.share, right: true, wide: true, value: ({ percentage }) => percentage, cell: ({ percentage }) => formats.percent(percentage) },
    { id: "revenue", header: t.acquisition.revenue, right: true, value: ({ revenue }) => Number(revenue), cell: ({ revenue }) => formats.money(revenue) },
    {
      id: "each",
      header: t.acquisition.each,
      right: true,
      value: ({ avgClv }) => (avgClv === null ? null : Number(avgClv)),
      cell: ({ avgClv }) => formats.money(avgClv),
    },
  ];
  return (
    <Panel title={title} about={about}>
      <DataTable label={title} columns={columns} rows={rows} keyOf={({ key }) => key} sorted={{ id: "customers", isRising: false }} opens={({ key }) => isSource && key !== UNKNOWN} />
    </Panel>
  );
}

import { graphql, type VariablesOf } from "../../api/graphql";
import { ReportTools } from "../../parts/report-tools";
import { dated, explained } from "../../parts/sign";
import { t } from "../../texts";

export const receivablesExportsQuery = graphql(`
  query ReceivablesExports($asOf: Date!) {
    receivablesAging(asOf: $asOf) {
      csv: exportUrl(format: CSV, part: "customers")
      xlsx: exportUrl(format: XLSX)
      pdf: exportUrl(format: PDF)
      parquet: exportUrl(format: PARQUET, part: "customers")
    }
  }
`);

export const receivablesSignQuery = graphql(
  `
    query ReceivablesSign($asOf: Date!) {
      receivablesAging(asOf: $asOf) {
        howComputed {
          ...Explained
        }
        freshness {
          ...Dated
        }
      }
    }
  `,
  [explained, dated],
);

/** The files of what is owed, and how it was computed. */
export function ReceivablesTools({ asked }: { asked: VariablesOf<typeof receivablesSignQuery> }) {
  return (
    <ReportTools
      what={t.receivables.what.toLowerCase()}
      variables={asked}
      files={{ query: receivablesExportsQuery, pick: ({ receivablesAging }) => receivablesAging }}
      sign={{ query: receivablesSignQuery, pick: ({ receivablesAging }) => receivablesAging }}
    />
  );
}

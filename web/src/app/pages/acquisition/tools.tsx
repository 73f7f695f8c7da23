import { graphql, type VariablesOf } from "../../api/graphql";
import { ReportTools } from "../../parts/report-tools";
import { dated, explained } from "../../parts/sign";
import { t } from "../../texts";

export const acquisitionExportsQuery = graphql(`
  query AcquisitionExports($period: DateRange!) {
    acquisition(period: $period) {
      csv: exportUrl(format: CSV)
      xlsx: exportUrl(format: XLSX)
      pdf: exportUrl(format: PDF)
      parquet: exportUrl(format: PARQUET)
    }
  }
`);

export const acquisitionSignQuery = graphql(
  `
    query AcquisitionSign($period: DateRange!) {
      acquisition(period: $period) {
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

/** The files of acquisition, and how it was computed. */
export function AcquisitionTools({ asked }: { asked: VariablesOf<typeof acquisitionSignQuery> }) {
  return (
    <ReportTools
      what={t.acquisition.what.toLowerCase()}
      variables={asked}
      files={{ query: acquisitionExportsQuery, pick: ({ acquisition }) => acquisition }}
      sign={{ query: acquisitionSignQuery, pick: ({ acquisition }) => acquisition }}
    />
  );
}

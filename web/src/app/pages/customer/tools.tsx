import { graphql, type VariablesOf } from "../../api/graphql";
import { ReportTools } from "../../parts/report-tools";
import { dated, explained } from "../../parts/sign";
import { t } from "../../texts";

export const habitsExportsQuery = graphql(`
  query HabitsExports($number: String!, $year: DateRange!) {
    customer(by: { number: $number }) {
      patterns(period: $year) {
        csv: exportUrl(format: CSV)
        xlsx: exportUrl(format: XLSX)
        pdf: exportUrl(format: PDF)
        parquet: exportUrl(format: PARQUET)
      }
    }
  }
`);

export const habitsSignQuery = graphql(
  `
    query HabitsSign($number: String!, $year: DateRange!) {
      customer(by: { number: $number }) {
        patterns(period: $year) {
          howComputed {
            ...Explained
          }
          freshness {
            ...Dated
          }
        }
      }
    }
  `,
  [explained, dated],
);

/** The files of a customer's patterns, and how they were computed. */
export function HabitsTools({ asked }: { asked: VariablesOf<typeof habitsSignQuery> }) {
  return (
    <ReportTools
      what={t.customer.habitsWhat}
      variables={asked}
      files={{ query: habitsExportsQuery, pick: ({ customer }) => customer!.patterns }}
      sign={{ query: habitsSignQuery, pick: ({ customer }) => customer!.patterns }}
    />
  );
}

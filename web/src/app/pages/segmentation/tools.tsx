import { graphql, type VariablesOf } from "../../api/graphql";
import { ReportTools } from "../../parts/report-tools";
import { dated, explained } from "../../parts/sign";
import { t } from "../../texts";

export const segmentationExportsQuery = graphql(`
    query SegmentationExports(
      $method: SegmentationMethod!
      $scheme: RFMScheme!
      $days: Int
      $asOf: Date!
      $storefront: ID
      $customerType: CustomerType
      $includeInactive: Boolean
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
        csv: exportUrl(format: CSV)
        xlsx: exportUrl(format: XLSX)
        pdf: exportUrl(format: PDF)
        parquet: exportUrl(format: PARQUET)
      }
    }
  `);

export const segmentationSignQuery = graphql(
  `
    query SegmentationSign(
      $method: SegmentationMethod!
      $scheme: RFMScheme!
      $days: Int
      $asOf: Date!
      $storefront: ID
      $customerType: CustomerType
      $includeInactive: Boolean
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

/** The files of the segments, and how they were computed. */
export function SegmentationTools({ asked }: { asked: VariablesOf<typeof segmentationSignQuery> }) {
  return (
    <ReportTools
      what={t.segments.what.toLowerCase()}
      variables={asked}
      files={{ query: segmentationExportsQuery, pick: ({ segmentation }) => segmentation }}
      sign={{ query: segmentationSignQuery, pick: ({ segmentation }) => segmentation }}
    />
  );
}

export const migrationExportsQuery = graphql(`
    query MigrationExports(
      $before: Date!
      $asOf: Date!
      $method: SegmentationMethod!
      $scheme: RFMScheme!
      $days: Int
      $storefront: ID
      $customerType: CustomerType
      $includeInactive: Boolean
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
        csv: exportUrl(format: CSV)
        xlsx: exportUrl(format: XLSX)
        pdf: exportUrl(format: PDF)
        parquet: exportUrl(format: PARQUET)
      }
    }
  `);

export const migrationSignQuery = graphql(
  `
    query MigrationSign(
      $before: Date!
      $asOf: Date!
      $method: SegmentationMethod!
      $scheme: RFMScheme!
      $days: Int
      $storefront: ID
      $customerType: CustomerType
      $includeInactive: Boolean
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

/** The files of the moves, and how they were computed. */
export function MigrationTools({ asked }: { asked: VariablesOf<typeof migrationSignQuery> }) {
  return (
    <ReportTools
      what={t.segments.migrationWhat}
      variables={asked}
      files={{ query: migrationExportsQuery, pick: ({ segmentMigration }) => segmentMigration }}
      sign={{ query: migrationSignQuery, pick: ({ segmentMigration }) => segmentMigration }}
    />
  );
}

export const trendExportsQuery = graphql(`
    query TrendExports(
      $yearBefore: Date!
      $asOf: Date!
      $method: SegmentationMethod!
      $scheme: RFMScheme!
      $days: Int
      $storefront: ID
      $customerType: CustomerType
      $includeInactive: Boolean
    ) {
      segmentationTrend(
        from: $yearBefore
        to: $asOf
        method: $method
        scheme: $scheme
        days: $days
        storefront: $storefront
        customerType: $customerType
        includeInactive: $includeInactive
        every: MONTH
      ) {
        csv: exportUrl(format: CSV)
        xlsx: exportUrl(format: XLSX)
        pdf: exportUrl(format: PDF)
        parquet: exportUrl(format: PARQUET)
      }
    }
  `);

export const trendSignQuery = graphql(
  `
    query TrendSign(
      $yearBefore: Date!
      $asOf: Date!
      $method: SegmentationMethod!
      $scheme: RFMScheme!
      $days: Int
      $storefront: ID
      $customerType: CustomerType
      $includeInactive: Boolean
    ) {
      segmentationTrend(
        from: $yearBefore
        to: $asOf
        method: $method
        scheme: $scheme
        days: $days
        storefront: $storefront
        customerType: $customerType
        includeInactive: $includeInactive
        every: MONTH
      ) {
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

/** The files of the segments over time, and how they were computed. */
export function TrendTools({ asked }: { asked: VariablesOf<typeof trendSignQuery> }) {
  return (
    <ReportTools
      what={t.segments.trendWhat}
      variables={asked}
      files={{ query: trendExportsQuery, pick: ({ segmentationTrend }) => segmentationTrend }}
      sign={{ query: trendSignQuery, pick: ({ segmentationTrend }) => segmentationTrend }}
    />
  );
}

import { graphql } from "../../api/graphql";
import { useReport } from "../../api/use-report";
import { Page } from "../../parts/page";
import { Loaded } from "../../parts/states";
import { t } from "../../texts";
import { Counts, counts } from "./counts";
import { Imports, imports } from "./imports";

export const qualityQuery = graphql(
  `
    query DataQuality {
      viewer {
        business {
          dataQuality {
            ...Counts
            ...Imports
          }
        }
      }
    }
  `,
  [counts, imports],
);

const NO_ANSWER = {};

export default function QualityPage() {
  const report = useReport(qualityQuery, NO_ANSWER);
  return (
    <Page title={t.pages.quality} about={t.quality.about} isOfAllStorefronts>
      <Loaded report={report} what={t.quality.what}>
        {({ viewer: { business } }) => (
          <>
            <Counts data={business.dataQuality} />
            <Imports data={business.dataQuality} />
          </>
        )}
      </Loaded>
    </Page>
  );
}

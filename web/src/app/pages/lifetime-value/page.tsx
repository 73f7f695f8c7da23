import { useAddress } from "../../address";
import { useReport } from "../../api/use-report";
import { DayChoice } from "../../parts/dates";
import { Choice, Filters, StorefrontChoice, TypeChoice } from "../../parts/filters";
import { Page } from "../../parts/page";
import { Loaded, Notices } from "../../parts/states";
import { t } from "../../texts";
import { useAsked } from "./asked";
import { Distribution } from "./distribution";
import { Lorenz } from "./lorenz";
import { Model } from "./model";
import { Opened } from "./opened";
import { lifetimeValueQuery } from "./query";
import { Ranking } from "./ranking";
import { Summary } from "./summary";
import { LifetimeValueTools } from "./tools";

export default function LifetimeValuePage() {
  const [address] = useAddress();
  const asked = useAsked();
  const report = useReport(lifetimeValueQuery, asked);
  const { first: _first, ...question } = asked;
  return (
    <Page
      title={t.pages.lifetimeValue}
      about={t.value.about}
      tools={<LifetimeValueTools asked={question} />}
      filters={
        <Filters dates={<DayChoice />}>
          <Choice name="basis" label={t.filters.basis} usual="NET" options={t.bases} />
          <Choice name="order" label={t.value.order} usual="REVENUE" options={t.value.orders} />
          <StorefrontChoice />
          <TypeChoice />
        </Filters>
      }
    >
      <Loaded report={report} what={t.value.what}>
        {({ lifetimeValueReport }) => (
          <>
            <Summary data={lifetimeValueReport} />
            <Notices notices={lifetimeValueReport.notices} />
            <div className="two">
              <Distribution data={lifetimeValueReport} />
              <Lorenz data={lifetimeValueReport} />
            </div>
            <Model />
            <Ranking key={JSON.stringify([asked, address.order])} data={lifetimeValueReport} again={report.again} />
            <Opened />
          </>
        )}
      </Loaded>
    </Page>
  );
}

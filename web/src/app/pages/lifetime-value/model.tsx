import { Skeleton } from "@mantine/core";

import { type FragmentOf, graphql, readFragment, type ResultOf } from "../../api/graphql";
import { useReport } from "../../api/use-report";
import { LineChart } from "../../parts/charts/line-chart";
import { AllStorefronts } from "../../parts/all-storefronts";
import { Panel } from "../../parts/panel";
import { Empty, Failed } from "../../parts/states";
import { useDay, useFormats } from "../../shell/shop";
import { plain, t } from "../../texts";
import { Fact } from "../customer/identity";

export const modelCard = graphql(`
  fragment ModelCard on LifetimeValueModel {
    name
    status
    message
    version
    fittedThrough
    customers
    transactionModel {
      name
      value
      standardError
    }
    spendModel {
      name
      value
      standardError
    }
    holdout {
      holdoutDays
      actualOrders
      predictedOrders
      meanAbsoluteError
      byRepeatOrders {
        label
        actualMean
        predictedMean
      }
    }
  }
`);

/** Asked apart from the page: it waits where a model is being fitted. */
export const modelQuery = graphql(
  `
    query Model($asOf: Date!) {
      lifetimeValueModel(asOf: $asOf) {
        ...ModelCard
      }
    }
  `,
  [modelCard],
);

export function Model() {
  const asOf = useDay();
  const { data, problem, retry } = useReport(modelQuery, { asOf });
  return (
    <Panel title={t.model.title} about={<>{t.model.about} <AllStorefronts /></>}>
      {problem && <Failed problem={problem} retry={retry} what={t.model.title} />}
      {data ? <Card data={data.lifetimeValueModel} /> : !problem && <Skeleton height={260} role="status" aria-label={t.loading} />}
    </Panel>
  );
}

function Card({ data }: { data: FragmentOf<typeof modelCard> }) {
  const formats = useFormats();
  const { name, status, message, version, fittedThrough, customers, transactionModel, spendModel, holdout } = readFragment(modelCard, data);
  if (status !== "READY") {
    return <Empty title={t.model.statuses[status]}>{plain(message)}</Empty>;
  }
  return (
    <div className="two">
      <div>
        <dl className="facts">
          <Fact name={t.model.name}>{name}</Fact>
          <Fact name={t.model.through}>{formats.day(fittedThrough)}</Fact>
          <Fact name={t.columns.customers}>{formats.count(customers)}</Fact>
          <Fact name={t.model.version}>{version}</Fact>
          <Fact name={t.model.note}>{plain(message)}</Fact>
        </dl>
        <table className="plain">
          <thead>
            <tr>
              <th scope="col">{t.model.parameter}</th>
              <th scope="col" className="right">
                {t.model.value}
              </th>
              <th scope="col" className="right">
                {t.model.error}
              </th>
            </tr>
          </thead>
          <tbody>
            {[...transactionModel, ...spendModel].map((parameter, index) => (
              // eslint-disable-next-line react/no-array-index-key
              <tr key={index}>
                <th scope="row">{parameter.name}</th>
                <td className="right">{formats.number(parameter.value, 4)}</td>
                <td className="right">{formats.number(parameter.standardError, 4)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      {holdout && <Holdout holdout={holdout} />}
    </div>
  );
}

function Holdout({ holdout }: { holdout: NonNullable<ResultOf<typeof modelCard>["holdout"]> }) {
  const formats = useFormats();
  const { holdoutDays, actualOrders, predictedOrders, meanAbsoluteError, byRepeatOrders } = holdout;
  return (
    <div>
      <p className="about">
        {t.model.holdout(
          formats.count(holdoutDays),
          formats.count(Math.round(predictedOrders)),
          formats.count(actualOrders),
          formats.number(meanAbsoluteError, 2),
        )}
      </p>
      <LineChart
        label={t.model.plot}
        xTitle={t.charts.axes.repeats}
        yTitle={t.charts.axes.ordersLater}
        points={byRepeatOrders.map(({ label }) => label)}
        lines={[
          { key: "actual", label: t.model.actual, color: "var(--c1)", values: byRepeatOrders.map(({ actualMean }) => actualMean) },
          { key: "predicted", label: t.model.predicted, color: "var(--c4)", values: byRepeatOrders.map(({ predictedMean }) => predictedMean), dashed: true },
        ]}
        format={(value) => formats.number(value, 2)}
      />
    </div>
  );
}

/** The operations of the application: the build checks them and writes the manifest of trusted documents. */
import { dataChanged } from "./api/live";
import { acquisitionQuery } from "./pages/acquisition/page";
import { acquisitionExportsQuery, acquisitionSignQuery } from "./pages/acquisition/tools";
import { customerQuery } from "./pages/customer/page";
import { habitsExportsQuery, habitsSignQuery } from "./pages/customer/tools";
import { facetsQuery } from "./pages/customers/facet-input";
import { customersExportsQuery } from "./pages/customers/exports";
import { customersQuery } from "./pages/customers/query";
import { modelQuery } from "./pages/lifetime-value/model";
import { valueMembersQuery } from "./pages/lifetime-value/opened";
import { lifetimeValueQuery } from "./pages/lifetime-value/query";
import { rankedQuery } from "./pages/lifetime-value/ranked";
import { lifetimeValueExportsQuery, lifetimeValueSignQuery } from "./pages/lifetime-value/tools";
import { attentionQuery, modelStatusQuery } from "./pages/overview/attention";
import { overviewQuery } from "./pages/overview/page";
import { patternsQuery } from "./pages/patterns/page";
import { affinityExportsQuery, affinitySignQuery, patternsExportsQuery, patternsSignQuery } from "./pages/patterns/tools";
import { productsQuery } from "./pages/products/query";
import { productsExportsQuery, productsSignQuery } from "./pages/products/tools";
import { qualityQuery } from "./pages/quality/page";
import { receivablesQuery } from "./pages/receivables/page";
import { receivablesExportsQuery, receivablesSignQuery } from "./pages/receivables/tools";
import { cohortMembersQuery } from "./pages/retention/opened";
import { retentionQuery } from "./pages/retention/page";
import { retentionExportsQuery, retentionSignQuery } from "./pages/retention/tools";
import { saleQuery } from "./pages/sales/opened";
import { salesQuery } from "./pages/sales/query";
import { cellMembersQuery, moveMembersQuery, segmentMembersQuery } from "./pages/segmentation/opened";
import { segmentationQuery } from "./pages/segmentation/page";
import {
  migrationExportsQuery,
  migrationSignQuery,
  segmentationExportsQuery,
  segmentationSignQuery,
  trendExportsQuery,
  trendSignQuery,
} from "./pages/segmentation/tools";
import { finderQuery } from "./shell/finder";
import { shopQuery } from "./shell/shop";

export const documents = [
  shopQuery,
  finderQuery,
  dataChanged,
  overviewQuery,
  modelStatusQuery,
  attentionQuery,
  segmentationQuery,
  segmentationExportsQuery,
  segmentationSignQuery,
  segmentMembersQuery,
  cellMembersQuery,
  migrationExportsQuery,
  migrationSignQuery,
  moveMembersQuery,
  trendExportsQuery,
  trendSignQuery,
  customersQuery,
  customersExportsQuery,
  facetsQuery,
  customerQuery,
  habitsExportsQuery,
  habitsSignQuery,
  retentionQuery,
  retentionExportsQuery,
  retentionSignQuery,
  cohortMembersQuery,
  lifetimeValueQuery,
  lifetimeValueExportsQuery,
  lifetimeValueSignQuery,
  modelQuery,
  rankedQuery,
  valueMembersQuery,
  patternsQuery,
  patternsExportsQuery,
  patternsSignQuery,
  affinityExportsQuery,
  affinitySignQuery,
  acquisitionQuery,
  acquisitionExportsQuery,
  acquisitionSignQuery,
  receivablesQuery,
  receivablesExportsQuery,
  receivablesSignQuery,
  qualityQuery,
  productsQuery,
  productsExportsQuery,
  productsSignQuery,
  salesQuery,
  saleQuery,
];

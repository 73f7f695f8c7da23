import { describe, expect, it } from "vitest";

import { aloneIn, areaOf, nearestTo, pathsOf } from "./paths";

const at = (index: number) => 10 * index;
const same = (value: number) => value;

describe("paths", () => {
  it("dash the steps from and to a unit that is not whole", () => {
    const isPartial = (index: number) => index === 0 || index === 3;
    expect(pathsOf([1, 5, 6, 2], isPartial, at, same)).toEqual({
      whole: "M10.0,5.0L20.0,6.0",
      partial: "M0.0,1.0L10.0,5.0M20.0,6.0L30.0,2.0",
    });
  });

  it("leave a gap where there is no value", () => {
    expect(pathsOf([1, null, 2, 3], () => false, at, same)).toEqual({ whole: "M20.0,2.0L30.0,3.0", partial: "" });
    expect(aloneIn([1, null, 2, 3])).toEqual([0]);
    expect(areaOf([1, null, 2], at, same)).toBe("");
  });

  it("close an area at zero", () => {
    expect(areaOf([4, 2], at, same)).toBe("M0.0,4.0L10.0,2.0L10.0,0.0L0.0,0.0Z");
  });

  it("are read at the point that is nearest, however far apart points lie", () => {
    expect(nearestTo(12, [0, 10, 80])).toBe(1);
    expect(nearestTo(60, [0, 10, 80])).toBe(2);
  });
});

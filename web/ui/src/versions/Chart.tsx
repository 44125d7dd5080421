import "uplot/dist/uPlot.min.css";

import { useComputedColorScheme } from "@mantine/core";
import { useEffect, useRef } from "react";
import uPlot from "uplot";

export interface Line {
  name: string;
  /** At each time; null where nothing was measured. */
  values: (number | null)[];
}

interface Props {
  label: string;
  /** Seconds since 1970. */
  times: number[];
  lines: Line[];
  format: (value: number) => string;
  height?: number;
}

const colours = {
  light: ["#1b6f5f", "#1d4f91", "#9a4a00", "#7a3e9d", "#a3241d"],
  dark: ["#6cc4ae", "#9dc1f2", "#f0b27a", "#cfa4ea", "#f5a19a"],
};

/** Lines over time. What it shows is also said in a table beside it: a picture is read by some only. */
export default function Chart({ label, times, lines, format, height = 150 }: Props) {
  const scheme = useComputedColorScheme("light");
  const host = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = host.current!;
    const style = getComputedStyle(document.documentElement);
    const ink = style.getPropertyValue("--mantine-color-dimmed");
    const line = style.getPropertyValue("--line");
    const axis: uPlot.Axis = { stroke: ink, grid: { stroke: line, width: 1 }, ticks: { show: false }, font: "11px system-ui" };
    const chart = new uPlot(
      {
        width: element.clientWidth,
        height,
        legend: { show: lines.length > 1, live: false },
        cursor: { y: false },
        scales: { y: { range: (_u, _min, max) => [0, max > 0 ? max * 1.1 : 1] } },
        axes: [axis, { ...axis, size: 64, values: (_u, ticks) => ticks.map(format) }],
        series: [{}, ...lines.map((l, i) => ({ label: l.name, stroke: colours[scheme][i % colours[scheme].length], width: 1.5, spanGaps: false, points: { show: true, size: 4 } }))],
      },
      [times, ...lines.map((l) => l.values)] as uPlot.AlignedData,
      element,
    );
    const watching = new ResizeObserver(() => chart.setSize({ width: element.clientWidth, height }));
    watching.observe(element);
    return () => {
      watching.disconnect();
      chart.destroy();
    };
  }, [times, lines, format, height, scheme]);
  return (
    <figure className="chart">
      <figcaption className="small muted">{label}</figcaption>
      <div ref={host} aria-hidden />
    </figure>
  );
}

/** A row of counts as a small picture. */
export function Sparkline({ values, label, width = 84, height = 20 }: { values: number[]; label: string; width?: number; height?: number }) {
  const most = Math.max(...values, 1);
  const step = width / values.length;
  return (
    <svg width={width} height={height} role="img" aria-label={label} className="sparkline">
      {values.map((value, i) => {
        const tall = value === 0 ? 1 : Math.max(2, (value / most) * height);
        return <rect key={i} x={i * step} y={height - tall} width={Math.max(step - 1, 1)} height={tall} data-none={value === 0 || undefined} />;
      })}
    </svg>
  );
}

// The package declares its index alone.
declare module "@tabler/icons-react/dist/esm/icons/*.mjs" {
  import type { FunctionComponent, SVGProps } from "react";
  const icon: FunctionComponent<Omit<SVGProps<SVGSVGElement>, "stroke"> & { size?: number | string; stroke?: number | string }>;
  export default icon;
}

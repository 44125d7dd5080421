import type { Request } from "durward";

/** The client's address. Of the header X-Forwarded-For only what trusted proxies have added is believed, from right to left; undefined if that leads to no address. */
export function clientAddress(request: Request, proxies: string[]): string | undefined {
  let address = durward.ip.normal(request.ip ?? "");
  const hops = request.headers?.["x-forwarded-for"]?.split(",") ?? [];
  while (address !== undefined && hops.length > 0 && durward.ip.within(address, proxies)) {
    address = durward.ip.normal(hops.pop()!);
  }
  return address;
}

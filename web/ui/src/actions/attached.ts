import type { Schemas } from "../api/client";

/** Where an action is attached in what is live. */
export interface Place {
  id: string;
  flow: string;
  slot: string;
  trigger: string;
  method?: string;
  version: string;
  disabled: boolean;
}

/** The places of every action, by its slug. */
export function attachmentsOf(flows: Schemas["FlowDetail"][]): Map<string, Place[]> {
  const places = new Map<string, Place[]>();
  for (const flow of flows) {
    for (const [slot, content] of Object.entries(flow.live.slots)) {
      const lists: [string | undefined, Schemas["Attachment"][]][] = [[undefined, content.default ?? []], ...Object.entries(content.methods ?? {})];
      for (const [method, list] of lists) {
        for (const a of list) {
          const place = { id: `${flow.slug} ${slot} ${method ?? ""} ${a.id}`, flow: flow.slug, slot, trigger: `${flow.kind}.${slot}`, method, version: a.version, disabled: a.disabled ?? false };
          places.set(a.action, [...(places.get(a.action) ?? []), place]);
        }
      }
    }
  }
  return places;
}

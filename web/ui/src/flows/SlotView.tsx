import { ActionIcon, Button, Menu, Tooltip } from "@mantine/core";
import { closestCenter, DndContext, KeyboardSensor, PointerSensor, useSensor, useSensors, type DragEndEvent } from "@dnd-kit/core";
import { SortableContext, sortableKeyboardCoordinates, useSortable, verticalListSortingStrategy } from "@dnd-kit/sortable";
import { CSS } from "@dnd-kit/utilities";

import type { Schemas } from "../api/client";
import { IconDots, IconDown, IconGrip, IconLock, IconPlus, IconUp } from "../icons";
import { Tag } from "../parts/Tag";
import { BudgetBar } from "./BudgetBar";
import { listOf, moved, withList, withoutMethod, type Attachment, type ListName, type Slots } from "./edit";
import { methods } from "./steps";

interface Props {
  tenant: string;
  trigger: Schemas["Trigger"];
  step?: string;
  slots: Slots;
  canEdit: boolean;
  change: (slots: Slots) => void;
  onAttach: (name: ListName) => void;
  onOpen: (name: ListName, attachment: Attachment) => void;
}

/** A slot in its place in the flow, behind what the login system itself does. */
export function SlotView({ trigger, step, slots, canEdit, change, onAttach, onOpen }: Props) {
  const { slot } = trigger;
  const own = Object.keys(slots[slot]?.methods ?? {});
  const rest = methods.filter((m) => !own.includes(m));
  const defaults = listOf(slots, { slot });
  return (
    <>
      {step && (
        <li className="flow-step">
          <span className="flow-dot" aria-hidden />
          <IconLock size={13} stroke={1.8} aria-label="Done by the login system" className="muted" />
          <span className="muted">{step}</span>
        </li>
      )}
      <li className="flow-slot" data-empty={defaults.length === 0 && own.length === 0 ? true : undefined} aria-label={`Slot ${slot}`}>
        <div className="row wrap">
          <h2 className="section-title mono">{slot}</h2>
          {trigger.async && <Tag>nobody waits</Tag>}
          {trigger.fail_closed && <Tag tone="warn">a failure always blocks</Tag>}
          <span className="muted small grow">{trigger.answers.join(", ")}</span>
          {canEdit && trigger.per_method && (
            <Menu position="bottom-end">
              <Menu.Target>
                <Button variant="subtle" color="gray">
                  List for a method
                </Button>
              </Menu.Target>
              <Menu.Dropdown mah={300} style={{ overflowY: "auto" }}>
                {rest.map((m) => (
                  <Menu.Item key={m} onClick={() => change(withList(slots, { slot, method: m }, defaults.map((a) => ({ ...a, id: `new-${m}-${a.id}` }))))}>
                    {m}
                  </Menu.Item>
                ))}
              </Menu.Dropdown>
            </Menu>
          )}
          {canEdit && (
            <Button variant="default" leftSection={<IconPlus size={14} stroke={2} />} onClick={() => onAttach({ slot })} aria-label={`Attach to ${slot}`}>
              Attach
            </Button>
          )}
        </div>
        <AttachmentList name={{ slot }} slots={slots} canEdit={canEdit} change={change} onOpen={onOpen} />
        {own.map((method) => (
          <div key={method} className="method-list">
            <div className="row wrap">
              <h3 className="section-title">
                for <span className="mono">{method}</span>
              </h3>
              <span className="small muted grow">{replaced(method, defaults, listOf(slots, { slot, method }))}</span>
              {canEdit && (
                <>
                  <Button variant="subtle" color="gray" onClick={() => change(withoutMethod(slots, slot, method))}>
                    Use the default list
                  </Button>
                  <Button variant="default" leftSection={<IconPlus size={14} stroke={2} />} onClick={() => onAttach({ slot, method })} aria-label={`Attach to ${slot} for ${method}`}>
                    Attach
                  </Button>
                </>
              )}
            </div>
            <AttachmentList name={{ slot, method }} slots={slots} canEdit={canEdit} change={change} onOpen={onOpen} />
          </div>
        ))}
        <BudgetBar slot={slots[slot]} list={defaults} />
      </li>
    </>
  );
}

/** What a list of a method means: it replaces the default one, which surprises people. */
function replaced(method: string, defaults: Attachment[], list: Attachment[]): string {
  const lost = defaults.filter((d) => !list.some((a) => a.action === d.action)).map((d) => d.action);
  const instead = `runs instead of the default list when somebody signs in with ${method}`;
  return lost.length > 0 ? `${instead}: ${lost.join(", ")} will not run` : instead;
}

interface ListProps {
  name: ListName;
  slots: Slots;
  canEdit: boolean;
  change: (slots: Slots) => void;
  onOpen: (name: ListName, attachment: Attachment) => void;
}

function AttachmentList({ name, slots, canEdit, change, onOpen }: ListProps) {
  const list = listOf(slots, name);
  const sensors = useSensors(useSensor(PointerSensor, { activationConstraint: { distance: 6 } }), useSensor(KeyboardSensor, { coordinateGetter: sortableKeyboardCoordinates }));
  const put = (next: Attachment[]) => change(withList(slots, name, next));
  const ids = list.map((a) => a.id ?? a.action);
  function drop({ active, over }: DragEndEvent) {
    if (over && active.id !== over.id) put(moved(list, ids.indexOf(String(active.id)), ids.indexOf(String(over.id))));
  }
  if (list.length === 0) return <p className="muted small" style={{ margin: "4px 0 0" }}>{name.method === undefined ? "Nothing is attached." : "Nothing runs for this method."}</p>;
  return (
    <DndContext sensors={sensors} collisionDetection={closestCenter} onDragEnd={drop}>
      <SortableContext items={ids} strategy={verticalListSortingStrategy}>
        <ul className="attachments">
          {list.map((a, i) => (
            <Item
              key={ids[i]}
              id={ids[i]}
              attachment={a}
              first={i === 0}
              last={i === list.length - 1}
              canEdit={canEdit}
              onOpen={() => onOpen(name, a)}
              onMove={(by) => put(moved(list, i, i + by))}
              onSwitch={() => put(list.map((x, j) => (j === i ? { ...x, disabled: x.disabled ? undefined : true } : x)))}
              onRemove={() => put(list.filter((_, j) => j !== i))}
            />
          ))}
        </ul>
      </SortableContext>
    </DndContext>
  );
}

interface ItemProps {
  id: string;
  attachment: Attachment;
  first: boolean;
  last: boolean;
  canEdit: boolean;
  onOpen: () => void;
  onMove: (by: number) => void;
  onSwitch: () => void;
  onRemove: () => void;
}

function Item({ id, attachment: a, first, last, canEdit, onOpen, onMove, onSwitch, onRemove }: ItemProps) {
  const { attributes, listeners, setNodeRef, transform, transition, isDragging } = useSortable({ id, disabled: !canEdit });
  return (
    <li ref={setNodeRef} className="attachment" data-off={a.disabled || undefined} style={{ transform: CSS.Translate.toString(transform), transition, opacity: isDragging ? 0.6 : undefined }}>
      {canEdit && (
        <button type="button" className="grip" aria-label={`Drag ${a.action}`} {...attributes} {...listeners}>
          <IconGrip size={15} stroke={1.8} />
        </button>
      )}
      <button type="button" className="attachment-name" onClick={onOpen}>
        {a.action}
      </button>
      <span className="mono muted">{a.version}</span>
      {a.disabled && <Tag>off</Tag>}
      {a.when && (
        <Tooltip label={a.when} multiline maw={420}>
          <span className="clip" style={{ maxWidth: 260 }} tabIndex={0}>
            <Tag tone="note">
              when <span className="mono clip">{a.when}</span>
            </Tag>
          </span>
        </Tooltip>
      )}
      {a.on_failure === "continue" && <Tag tone="warn">goes on if it fails</Tag>}
      <span className="grow" />
      <span className="muted small number">{a.timeout_ms ? `${a.timeout_ms} ms` : "5 s"}</span>
      {canEdit && (
        <>
          <ActionIcon aria-label={`Move ${a.action} up`} disabled={first} onClick={() => onMove(-1)}>
            <IconUp size={15} stroke={1.8} />
          </ActionIcon>
          <ActionIcon aria-label={`Move ${a.action} down`} disabled={last} onClick={() => onMove(1)}>
            <IconDown size={15} stroke={1.8} />
          </ActionIcon>
          <Menu position="bottom-end">
            <Menu.Target>
              <ActionIcon aria-label={`More for ${a.action}`}>
                <IconDots size={15} stroke={1.8} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              <Menu.Item onClick={onOpen}>Change</Menu.Item>
              <Menu.Item onClick={onSwitch}>{a.disabled ? "Switch on" : "Switch off"}</Menu.Item>
              <Menu.Item color="red" onClick={onRemove}>
                Take out
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      )}
    </li>
  );
}

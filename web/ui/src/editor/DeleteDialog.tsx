import { Button, Modal } from "@mantine/core";
import { useMutation } from "@tanstack/react-query";

import { api, ask, type Schemas } from "../api/client";
import { useGo } from "../parts/Link";
import { Failure } from "../parts/Notice";
import { done } from "../parts/notify";
import { queryClient } from "../queryClient";

/** Deletes an action that nothing has. The server refuses where something has it, and says what. */
export function DeleteDialog({ tenant, action, onClose }: { tenant: string; action: Schemas["Action"]; onClose: () => void }) {
  const go = useGo();
  const deletion = useMutation({
    mutationFn: () => ask(api.DELETE("/v1/tenants/{tenant}/actions/{action}", { params: { path: { tenant, action: action.slug } } })),
    onSuccess: async () => {
      go(`/t/${tenant}/actions`);
      done(`${action.name} is deleted`);
      queryClient.removeQueries({ queryKey: [tenant, "actions", action.slug] });
      await queryClient.invalidateQueries({ queryKey: [tenant, "actions"], exact: true });
    },
  });
  return (
    <Modal opened onClose={onClose} title={`Delete ${action.name}`}>
      <div className="stack">
        <p style={{ margin: 0 }}>Its draft and its versions go, for ever. The audit keeps what they did.</p>
        <Failure error={deletion.error} />
        <div className="row">
          <Button color="red" data-autofocus loading={deletion.isPending} onClick={() => deletion.mutate()}>
            Delete
          </Button>
          <Button variant="subtle" color="gray" onClick={onClose}>
            Cancel
          </Button>
        </div>
      </div>
    </Modal>
  );
}

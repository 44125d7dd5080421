import { notifications } from "@mantine/notifications";

import { textOf } from "../api/client";

const closeButtonProps = { "aria-label": "Close" };

/** Says that something was done. */
export function done(message: string) {
  notifications.show({ message, color: "spruce", autoClose: 3500, closeButtonProps });
}

/** Says that something could not be done, and why. */
export function failed(title: string, error: unknown) {
  notifications.show({ title, message: textOf(error), color: "red", autoClose: 9000, closeButtonProps });
}

import { createTheme, type CSSVariablesResolver, type MantineColorsTuple } from "@mantine/core";

/** The one colour of the house. The seventh shade carries white text, the fourth is read on dark ground. */
const spruce: MantineColorsTuple = ["#edf7f4", "#d8ece6", "#b0d9cd", "#83c4b2", "#5fb39d", "#46a88f", "#2b8672", "#1b6f5f", "#135c4f", "#0a473c"];

/** Cooler and with more contrast than Mantine's own. */
const slate: MantineColorsTuple = ["#f7f8f9", "#eef0f2", "#e1e4e8", "#cfd4da", "#b3bac2", "#8d96a0", "#66707a", "#4a535c", "#2f363d", "#1d2227"];

const night: MantineColorsTuple = ["#d6dade", "#b4bac1", "#979fa8", "#6b737c", "#434a52", "#343a41", "#272c32", "#1a1e22", "#15181b", "#101214"];

export const theme = createTheme({
  primaryColor: "spruce",
  primaryShade: { light: 7, dark: 7 },
  colors: { spruce, gray: slate, dark: night },
  fontFamily: 'Inter, system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif',
  fontFamilyMonospace: 'ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace',
  fontSizes: { xs: "0.75rem", sm: "0.8125rem", md: "0.875rem", lg: "1rem", xl: "1.125rem" },
  defaultRadius: "sm",
  radius: { xs: "3px", sm: "6px", md: "8px", lg: "10px", xl: "14px" },
  headings: {
    fontWeight: "600",
    sizes: { h1: { fontSize: "1.25rem", lineHeight: "1.4" }, h2: { fontSize: "1rem", lineHeight: "1.4" }, h3: { fontSize: "0.875rem", lineHeight: "1.4" } },
  },
  cursorType: "pointer",
  respectReducedMotion: true,
  focusRing: "auto",
  components: {
    Button: { defaultProps: { size: "xs" } },
    ActionIcon: { defaultProps: { variant: "subtle", color: "gray", size: "md" } },
    TextInput: { defaultProps: { size: "sm" } },
    Textarea: { defaultProps: { size: "sm" } },
    Select: { defaultProps: { size: "sm", allowDeselect: false, checkIconPosition: "right" } },
    MultiSelect: { defaultProps: { size: "sm" } },
    TagsInput: { defaultProps: { size: "sm" } },
    NumberInput: { defaultProps: { size: "sm" } },
    PasswordInput: { defaultProps: { size: "sm" } },
    Modal: { defaultProps: { overlayProps: { backgroundOpacity: 0.4 }, transitionProps: { duration: 120 } } },
    Drawer: { defaultProps: { overlayProps: { backgroundOpacity: 0.4 }, transitionProps: { duration: 120 } } },
    Tooltip: { defaultProps: { openDelay: 300, withArrow: true } },
    Table: { defaultProps: { verticalSpacing: 8, horizontalSpacing: "md" } },
  },
});

export const variables: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    "--mantine-color-body": "#ffffff",
    "--mantine-color-text": "#1d2227",
    "--mantine-color-dimmed": "#5a646e",
    "--mantine-color-placeholder": "#69737d",
    "--mantine-color-anchor": "#1b6f5f",
    "--mantine-color-default-border": "#d5dade",
    "--mantine-color-error": "#b3261e",
  },
  dark: {
    "--mantine-color-body": "#15181b",
    "--mantine-color-text": "#dde1e5",
    "--mantine-color-dimmed": "#9aa3ac",
    "--mantine-color-placeholder": "#8b949d",
    "--mantine-color-anchor": "#6cc4ae",
    "--mantine-color-default": "#1d2125",
    "--mantine-color-default-hover": "#252a2f",
    "--mantine-color-default-border": "#343a41",
    "--mantine-color-error": "#f28b82",
  },
});

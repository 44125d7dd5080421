// Parts of the editor that come without declarations.
declare module "monaco-editor/platform/storage/common/storage" {
  export class InMemoryStorageService {
    store(key: string, value: boolean, scope: number, target: number): void;
  }
}
declare module "monaco-editor/languages/definitions/typescript/typescript" {
  import type { languages } from "monaco-editor/editor";
  export const language: languages.IMonarchLanguage;
}

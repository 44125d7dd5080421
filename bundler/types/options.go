package types

// CompilerOptions are those with which the declarations are to be used, as in tsconfig.json. Types are checked strictly; what packages declare is believed.
func CompilerOptions() map[string]any {
	return map[string]any{
		"strict": true, "noEmit": true, "target": "es2022", "lib": []string{"es2022"}, "types": []string{}, "module": "esnext", "moduleResolution": "bundler",
		"moduleDetection": "force", "allowJs": true, "checkJs": false, "resolveJsonModule": true, "allowImportingTsExtensions": true, "esModuleInterop": true, "skipLibCheck": true,
	}
}

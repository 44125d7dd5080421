package vm_test

import (
	"testing"

	"github.com/durward/durward/runtime/vm"
)

// Whatever an answer says that it is and holds, reading it as a form, as JSON or as text ends with a value or an error that the action can catch.
func FuzzAnswer(f *testing.F) {
	f.Add("application/x-www-form-urlencoded", []byte("a=1&b=%zz+%"))
	f.Add("multipart/form-data; boundary=b", []byte("--b\r\nContent-Disposition: form-data; name=\"a\"; filename=\"f\"\r\n\r\nx\r\n--b--\r\n"))
	f.Add("multipart/form-data; boundary=\"\"", []byte("--\r\n"))
	f.Add("application/json", []byte(`{"a":[1e400,"\ud800"]}`))
	f.Fuzz(func(t *testing.T, mediaType string, content []byte) {
		w := served(200, [][2]string{{"content-type", mediaType}}, string(content))
		result := w.run(t, body(`const r = await fetch("https://a.example"); for (const kind of ["formData", "json", "text", "blob"]) try { await r.clone()[kind]() } catch (e) { if (!(e instanceof TypeError || e instanceof SyntaxError)) throw e } return 1`), vm.Limits{})
		if result.Failure != nil {
			t.Fatal(result.Failure.Message)
		}
	})
}

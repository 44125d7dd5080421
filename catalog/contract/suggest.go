package contract

import "strings"

// maxSuggested is the longest name, in bytes, that a suggestion is looked for: the search is quadratic, and the names are the caller's.
const maxSuggested = 40

// didYouMean returns a clause with the candidate that is close to name, or "" if none is.
func didYouMean(name []byte, candidates []string) string {
	best := Suggest(string(name), candidates)
	if best == "" {
		return ""
	}
	return `; did you mean "` + best + `"?`
}

// Suggest returns the candidate that a name may have been meant for, or "" if none is close.
func Suggest(name string, candidates []string) string {
	if len(name) > maxSuggested {
		return ""
	}
	best, least := "", 3
	for _, c := range candidates {
		distance := editDistance(plain(name), plain(c))
		if distance < least && distance*2 < len(c) {
			best, least = c, distance
		}
	}
	return best
}

// plain removes what tells emailVerified, email-verified and email_verified apart.
func plain(s string) string {
	return strings.ToLower(strings.NewReplacer("_", "", "-", "", " ", "").Replace(s))
}

// editDistance counts the bytes to insert, delete or replace, and the neighbours to swap, that lead from a to b.
func editDistance(a, b string) int {
	before, last := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range last {
		last[j] = j
	}
	for i := 1; i <= len(a); i++ {
		row := make([]int, len(b)+1)
		row[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			row[j] = min(last[j]+1, row[j-1]+1, last[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+1)
			}
		}
		before, last = last, row
	}
	return last[len(b)]
}

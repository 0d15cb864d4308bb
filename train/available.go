package train

import (
	"io/fs"
	"os"
	"path"
	"strconv"
	"strings"
)

// Available is the memory in bytes that this process may still use, by which runs are refused that need more. ok is false where the
// system does not tell.
func Available() (bytes int64, ok bool) { return available() }

// available is the memory in bytes that this process may still use: what the
// machine has free, or what is left under the limit of a control group it is in, if that is
// less. ok is false where the system does not tell.
func available() (bytes int64, ok bool) { return availableIn(os.DirFS("/")) }

// availableIn is available on a machine whose files are root.
func availableIn(root fs.FS) (bytes int64, ok bool) {
	if kb, found := lineValue(root, "proc/meminfo", "MemAvailable:"); found {
		bytes, ok = kb<<10, true
	}
	for _, g := range groups(root) {
		limit, ok1 := fileValue(root, path.Join(g.dir, g.limit))
		used, ok2 := fileValue(root, path.Join(g.dir, g.used))
		if !ok1 || !ok2 {
			continue
		}
		// Pages of files that were read count as used, but make room when they are asked to.
		cache, _ := lineValue(root, path.Join(g.dir, "memory.stat"), g.cache)
		if left := max(limit-used+cache, 0); !ok || left < bytes {
			bytes, ok = left, true
		}
	}
	return bytes, ok
}

// A group is a control group's folder and the names of its files.
type group struct{ dir, limit, used, cache string }

// groups lists the control groups of this process and those above them, of both versions.
func groups(root fs.FS) (list []group) {
	v2 := group{"sys/fs/cgroup", "memory.max", "memory.current", "inactive_file"}
	v1 := group{"sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"}
	list = append(list, v2, v1) // a container sees its own group as the uppermost
	text, err := fs.ReadFile(root, "proc/self/cgroup")
	if err != nil {
		return list
	}
	for line := range strings.Lines(string(text)) { // number:controllers:/path
		f := strings.SplitN(strings.TrimSpace(line), ":", 3)
		if len(f) != 3 {
			continue
		}
		g := v2
		switch {
		case strings.Contains(","+f[1]+",", ",memory,"):
			g = v1
		case f[1] != "":
			continue
		}
		for p := path.Clean(strings.TrimPrefix(f[2], "/")); p != "." && fs.ValidPath(p); p = path.Dir(p) {
			at := g
			at.dir = path.Join(g.dir, p)
			list = append(list, at)
		}
	}
	return list
}

// fileValue reads a file that is one number.
func fileValue(root fs.FS, name string) (int64, bool) {
	b, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	n, err := strconv.ParseInt(strings.TrimSpace(string(b)), 10, 64)
	return n, err == nil
}

// lineValue reads the number that follows a word at the beginning of a line.
func lineValue(root fs.FS, name, word string) (int64, bool) {
	b, err := fs.ReadFile(root, name)
	if err != nil {
		return 0, false
	}
	for line := range strings.Lines(string(b)) {
		if f := strings.Fields(line); len(f) >= 2 && f[0] == word {
			n, err := strconv.ParseInt(f[1], 10, 64)
			return n, err == nil
		}
	}
	return 0, false
}

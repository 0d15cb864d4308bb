package bench

import (
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"strconv"
	"strings"

	"brick/kernel"
)

// A Machine is what a figure was measured on, and with what.
type Machine struct {
	CPU    string `json:"cpu"`   // model, as the system names it
	Cores  int    `json:"cores"` // that the Go runtime may use
	Level  string `json:"level"` // of instructions, see kernel.Level
	L1     int    `json:"l1"`    // bytes of data cache a core
	L2     int    `json:"l2"`    // bytes a core
	L3     int    `json:"l3"`    // bytes, of all cores together
	OS     string `json:"os"`
	Arch   string `json:"arch"`
	Go     string `json:"go"`
	Commit string `json:"commit,omitempty"` // with + if the tree had changes
}

// ThisMachine describes the machine and the binary.
func ThisMachine() Machine {
	level, _ := kernel.CPU()
	m := Machine{
		CPU: cpuModel(), Cores: runtime.GOMAXPROCS(0), Level: level.String(), OS: runtime.GOOS, Arch: runtime.GOARCH, Go: runtime.Version(), Commit: commit(),
		L1: 32 << 10, L2: 512 << 10, L3: 8 << 20, // where the system does not tell
	}
	dirs, _ := filepath.Glob("/sys/devices/system/cpu/cpu0/cache/index*")
	for _, dir := range dirs {
		size, kind := cacheSize(oneLine(dir, "size")), oneLine(dir, "type")
		if size == 0 || kind == "Instruction" {
			continue
		}
		switch oneLine(dir, "level") {
		case "1":
			m.L1 = size
		case "2":
			m.L2 = size
		case "3":
			m.L3 = size
		}
	}
	return m
}

// Slug is the CPU's model as a file name: "amd-epyc-9b45".
func (m Machine) Slug() string {
	words := strings.FieldsFunc(strings.ToLower(m.CPU), func(r rune) bool { return (r < 'a' || r > 'z') && (r < '0' || r > '9') })
	return strings.Join(words, "-")
}

// cacheSize reads sizes such as "48K".
func cacheSize(s string) int {
	digits, unit := strings.TrimRight(s, "KMG"), 1
	switch s[len(digits):] {
	case "K":
		unit = 1 << 10
	case "M":
		unit = 1 << 20
	case "G":
		unit = 1 << 30
	}
	n, _ := strconv.Atoi(digits)
	return n * unit
}

// oneLine is the content of a small file, "" where it cannot be read.
func oneLine(path ...string) string {
	b, _ := os.ReadFile(filepath.Join(path...))
	return strings.TrimSpace(string(b))
}

// field is what follows a name in a file of lines "name : value", "" where there is none.
func field(file, name string) string {
	b, _ := os.ReadFile(file)
	for line := range strings.Lines(string(b)) {
		if k, v, ok := strings.Cut(line, ":"); ok && strings.TrimSpace(k) == name {
			return strings.TrimSpace(v)
		}
	}
	return ""
}

// commit is what the binary was built from, as far as it knows.
func commit() (rev string) {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, s := range info.Settings {
		switch s.Key {
		case "vcs.revision":
			rev = s.Value[:min(12, len(s.Value))]
		case "vcs.modified":
			if s.Value == "true" {
				rev += "+"
			}
		}
	}
	return rev
}

// One sample of a Go logger, printed as sample.h prints those of C: the same cases, the same JSON.
// Built together with log_zerolog.go or log_zap.go.
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// The record of record.h.
const (
	recordLogger  = "payment"
	recordMessage = "authentication failed: session token expired"
	recordCode    = "DA00012"
	recordAge     = 20
	recordLatency = 12.5
	recordOK      = false
	timeLayout    = "2006-01-02T15:04:05.000Z"
	fileRecords   = 400000
	textBytes     = 1000
)

var boundTexts = [][2]string{
	{"service", "payment-api"}, {"version", "1.4.2"}, {"environment", "production"},
	{"region", "ap-northeast-2"}, {"host", "ip-10-0-3-17.ap-northeast-2.ec2.internal"},
	{"requestId", "r-7d1f0c52-0017"}, {"traceId", "4bf92f3577b34da6a3ce929d0e0e4736"},
	{"tenant", "acme"},
}

var boundNumbers = []struct {
	key   string
	value int
}{{"pid", 4242}, {"retry", 0}}

type options struct {
	name    string
	seconds float64
	scratch string
}

type sample struct {
	Program string  `json:"program"`
	Case    string  `json:"case"`
	Calls   int     `json:"calls"`
	WallNS  float64 `json:"wall_ns"`
	CPUNS   float64 `json:"cpu_ns"`
	Lines   int     `json:"lines,omitempty"`
	Line    string  `json:"line,omitempty"`
}

type loop func(calls int)

func cpuTime() time.Duration {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

func timeCalls(run loop, calls int, out *sample) time.Duration {
	cpu, wall := cpuTime(), time.Now()
	run(calls)
	took, cpuTook := time.Since(wall), cpuTime()-cpu
	out.Calls = calls
	out.WallNS = float64(took.Nanoseconds()) / float64(calls)
	out.CPUNS = float64(cpuTook.Nanoseconds()) / float64(calls)
	return cpuTook
}

// Doubles the calls until they take an eighth of the time asked for, then measures once.
func timeFor(run loop, seconds float64, out *sample) {
	wanted := time.Duration(seconds * 1e9)
	calls, took := 16, time.Duration(0)
	for took < wanted/8 {
		calls *= 2
		took = timeCalls(run, calls, out)
	}
	timeCalls(run, int(float64(calls)*float64(wanted)/float64(took))+1, out)
}

// Where the lines go that are only made: keeps the last one, copies nothing.
type memoryWriter struct{ last []byte }

func (m *memoryWriter) Write(line []byte) (int, error) {
	m.last = line
	return len(line), nil
}

func openFile(path string) *os.File {
	os.Remove(path)
	file, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_APPEND, 0600)
	if err != nil {
		panic(err)
	}
	return file
}

func openNull() *os.File {
	file, err := os.OpenFile("/dev/null", os.O_WRONLY, 0)
	if err != nil {
		panic(err)
	}
	return file
}

// Counts the lines of a finished file and keeps the last; then the file goes.
func checkFile(path string, out *sample) {
	bytes, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	os.Remove(path)
	text := strings.TrimSuffix(string(bytes), "\n")
	out.Lines = strings.Count(text, "\n") + 1
	out.Line = text[strings.LastIndexByte(text, '\n')+1:] + "\n"
}

// The texts of fill_text() in record.h.
func textOfCase(name string) string {
	patterns := map[string]string{
		"ascii":  "the quick brown fox jumps over the lazy dog. ",
		"korean": "사용자인증이실패하였습니다",
		"escapes": "a line of text that holds one quote in each hundred of its bytes, which is " +
			"what \"log messages look like",
	}
	pattern, found := patterns[name]
	if !found {
		return ""
	}
	text := strings.Repeat(pattern, textBytes/len(pattern))
	return text + strings.Repeat("x", textBytes-len(text))
}

type measure func(options options, out *sample)

func sampleMain(program string, cases map[string]measure) {
	if len(os.Args) == 2 && os.Args[1] == "--cases" {
		for name := range cases {
			fmt.Println(name)
		}
		return
	}
	if len(os.Args) < 3 || cases[os.Args[1]] == nil {
		fmt.Fprintf(os.Stderr, "usage: %s CASE SECONDS [SCRATCH]\n", os.Args[0])
		os.Exit(2)
	}
	asked := options{name: os.Args[1]}
	asked.seconds, _ = strconv.ParseFloat(os.Args[2], 64)
	if len(os.Args) > 3 {
		asked.scratch = os.Args[3]
	}
	out := sample{Program: program, Case: asked.name}
	cases[asked.name](asked, &out)
	json.NewEncoder(os.Stdout).Encode(&out)
}

// zerolog, with its own chained calls and no hooks. The time stands at the end of its lines, since it
// is the event that carries it; Event.Timestamp() formats it each time.
package main

import (
	"bufio"
	"io"
	"time"

	"github.com/rs/zerolog"
)

var (
	logger zerolog.Logger
	memory memoryWriter
	text   string
)

func logTo(out io.Writer) {
	logger = zerolog.New(out).Level(zerolog.InfoLevel).With().Str("logger", recordLogger).Logger()
}

func bindTen() {
	context := logger.With()
	for _, field := range boundTexts {
		context = context.Str(field[0], field[1])
	}
	for _, field := range boundNumbers {
		context = context.Int(field.key, field.value)
	}
	logger = context.Logger()
}

func logRecord(calls int) {
	for i := 0; i < calls; i++ {
		logger.Error().Timestamp().Str("errorCode", recordCode).Int("userAge", recordAge).
			Float64("latencyMs", recordLatency).Bool("ok", recordOK).Msg(recordMessage)
	}
}

func logText(calls int) {
	for i := 0; i < calls; i++ {
		logger.Error().Timestamp().Str("errorCode", recordCode).Int("userAge", recordAge).
			Float64("latencyMs", recordLatency).Bool("ok", recordOK).Str("text", text).
			Msg(recordMessage)
	}
}

func logDisabled(calls int) {
	for i := 0; i < calls; i++ {
		logger.Debug().Timestamp().Str("errorCode", recordCode).Int("userAge", recordAge).
			Float64("latencyMs", recordLatency).Bool("ok", recordOK).Msg(recordMessage)
	}
}

func inMemory(run loop, prepare func()) measure {
	return func(options options, out *sample) {
		text = textOfCase(options.name)
		logTo(&memory)
		prepare()
		timeFor(run, options.seconds, out)
		out.Line = string(memory.last)
	}
}

func toNull(options options, out *sample) {
	logTo(openNull())
	timeFor(logRecord, options.seconds, out)
}

func toFile(options options, out *sample) {
	file := openFile(options.scratch)
	logTo(file)
	timeCalls(logRecord, fileRecords, out)
	file.Close()
	checkFile(options.scratch, out)
}

func toBuffer(options options, out *sample) {
	file := openFile(options.scratch)
	buffer := bufio.NewWriterSize(file, 1<<16)
	logTo(buffer)
	timeCalls(func(calls int) {
		logRecord(calls)
		buffer.Flush()
	}, fileRecords, out)
	file.Close()
	checkFile(options.scratch, out)
}

func main() {
	zerolog.TimestampFieldName = "timestamp"
	zerolog.TimeFieldFormat = timeLayout
	zerolog.TimestampFunc = func() time.Time { return time.Now().UTC() }
	zerolog.LevelFieldName = "logType"
	zerolog.LevelErrorValue = "ERROR"
	zerolog.LevelFieldMarshalFunc = func(level zerolog.Level) string { return "ERROR" }
	zerolog.MessageFieldName = "errorMessage"
	asIs := func() {}
	sampleMain("zerolog", map[string]measure{
		"off":          inMemory(logDisabled, asIs),
		"memory":       inMemory(logRecord, asIs),
		"memory-bound": inMemory(logRecord, bindTen),
		"ascii":        inMemory(logText, asIs),
		"korean":       inMemory(logText, asIs),
		"escapes":      inMemory(logText, asIs),
		"null":         toNull,
		"file":         toFile,
		"buffered":     toBuffer,
	})
}

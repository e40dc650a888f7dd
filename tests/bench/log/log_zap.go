// zap's Logger (not the slower SugaredLogger) with typed fields and no caller, stack or sampling.
package main

import (
	"time"

	"go.uber.org/zap"
	"go.uber.org/zap/zapcore"
)

var (
	logger *zap.Logger
	memory memoryWriter
	text   string
)

// Sync is what zap asks of a place to write to beside Write.
func (m *memoryWriter) Sync() error { return nil }

func newEncoder() zapcore.Encoder {
	return zapcore.NewJSONEncoder(zapcore.EncoderConfig{
		TimeKey: "timestamp", LevelKey: "logType", NameKey: "logger", MessageKey: "errorMessage",
		EncodeLevel:    zapcore.CapitalLevelEncoder,
		EncodeTime:     zapcore.TimeEncoderOfLayout(timeLayout),
		EncodeDuration: zapcore.SecondsDurationEncoder,
	})
}

func logTo(out zapcore.WriteSyncer) {
	logger = zap.New(zapcore.NewCore(newEncoder(), out, zapcore.InfoLevel)).Named(recordLogger)
}

func bindTen() {
	for _, field := range boundTexts {
		logger = logger.With(zap.String(field[0], field[1]))
	}
	for _, field := range boundNumbers {
		logger = logger.With(zap.Int(field.key, field.value))
	}
}

func logRecord(calls int) {
	for i := 0; i < calls; i++ {
		logger.Error(recordMessage, zap.String("errorCode", recordCode), zap.Int("userAge", recordAge),
			zap.Float64("latencyMs", recordLatency), zap.Bool("ok", recordOK))
	}
}

func logText(calls int) {
	for i := 0; i < calls; i++ {
		logger.Error(recordMessage, zap.String("errorCode", recordCode), zap.Int("userAge", recordAge),
			zap.Float64("latencyMs", recordLatency), zap.Bool("ok", recordOK), zap.String("text", text))
	}
}

// Check first, as zap recommends where a level is often off: no field is made.
func logDisabled(calls int) {
	for i := 0; i < calls; i++ {
		if entry := logger.Check(zap.DebugLevel, recordMessage); entry != nil {
			entry.Write(zap.String("errorCode", recordCode), zap.Int("userAge", recordAge),
				zap.Float64("latencyMs", recordLatency), zap.Bool("ok", recordOK))
		}
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
	logTo(zapcore.Lock(openNull()))
	timeFor(logRecord, options.seconds, out)
}

func toFile(options options, out *sample) {
	file := openFile(options.scratch)
	logTo(zapcore.Lock(file))
	timeCalls(logRecord, fileRecords, out)
	file.Close()
	checkFile(options.scratch, out)
}

func toBuffer(options options, out *sample) {
	file := openFile(options.scratch)
	buffer := &zapcore.BufferedWriteSyncer{WS: file, Size: 1 << 16, FlushInterval: time.Second}
	logTo(buffer)
	timeCalls(func(calls int) {
		logRecord(calls)
		buffer.Stop()
	}, fileRecords, out)
	file.Close()
	checkFile(options.scratch, out)
}

func main() {
	asIs := func() {}
	sampleMain("zap", map[string]measure{
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

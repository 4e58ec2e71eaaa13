using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Locking;
using ModelOptimizer.Pipeline.Search;
using ModelOptimizer.Pipeline.Timing;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>One model of a run: from the cache, by its lock or by compressing anew; then to the gates and to its place.</summary>
internal sealed class ModelJob(
    CompressionPlan plan,
    ModelPlan model,
    RunOptions options,
    Engine engine,
    LockFile locks,
    RunRecord record,
    CancellationToken cancellation
)
{
    private readonly JobContext _context = new(plan, model, engine, new JobProgress(model.Name, record.Observer), record.Observer.Message, cancellation)
    {
        Shipping = Shipping.Of(model, options.HasBrotli),
    };

    public ModelReport Run()
    {
        record.Read(model.Source);
        List<string> datasets = [.. model.Calibrate?.Dataset?.Files ?? [], .. model.Evaluate?.Files ?? []];
        datasets.ForEach(record.Read);
        var original = OnnxValidator.Require(OnnxModel.Load(model.Source));
        var students = model.Steps.Select(step => step.Student).OfType<string>().SelectMany(path => OnnxValidator.Require(OnnxModel.Load(path)).Files);
        List<string> models = [.. original.Files, .. students];
        models.ForEach(record.Read);
        string[] files = [.. models.Concat(datasets).Distinct(StringComparer.Ordinal)];

        if (options is { VerifyOnly: true, Locked: false })
        {
            return Verify(new ModelProducer(_context, original));
        }

        var hashes = files.ToDictionary(file => file, ContentHash.OfFile, StringComparer.Ordinal);
        var inputs = LockedInputs.Of(plan, model, hashes);
        var blobs = options.CacheDirectory is null
            ? null
            : new MethodBlobs(new BlobCache(options.CacheDirectory, record.Observer.Message), model, hashes, engine.Device.DeviceClass);
        var producer = new ModelProducer(_context with { Blobs = blobs }, original);
        var locked = new LockCheck(locks, model, options, record).Find(inputs);
        if (options.Locked && File.Exists(OutputPath.Of(options.OutputDirectory, model)))
        {
            return Verify(producer, locked);
        }

        var (bytes, produced) = Produce(producer, hashes.Values, locked);
        if (locked is not null)
        {
            LockCheck.Compare(locked, produced.OutputSha256, model, engine.Device.DeviceClass, locks, record);
        }

        var report = Deliver(bytes, locked is null ? produced : Followed(produced));
        if (report.Output is not null && locked is null && options.WriteLock)
        {
            locks.Set(model.Name, LockedModel.Of(report, inputs));
        }

        return report;
    }

    private (byte[] Model, ModelReport Report) Produce(ModelProducer producer, IEnumerable<string> hashes, LockedModel? locked)
    {
        string Key(string decisions) => ResultKey.Of(model, hashes, engine.Device.DeviceClass, decisions, $"{_context.Shipping}");
        var key = Key(locked is null ? "" : LockedStep.Text(locked.Steps));
        var cache = options.CacheDirectory is null ? null : new ResultCache(options.CacheDirectory, record.Observer.Message);
        if (cache?.Find(key) is { } hit)
        {
            return (hit.Model, Complete(hit.Report with { FromCache = true }));
        }

        var (bytes, made) = locked is null ? producer.Decide() : Replay(producer, locked);
        var report = Complete(made);
        // A program of the user's may work the next time.
        if (report.Gates.Any(verdict => verdict.Code == GateCodes.CommandFailed))
        {
            return (bytes, report);
        }

        cache?.Add(key, bytes, report);
        if (locked is null && options.WriteLock)
        {
            // A build that finds the lock file written now has its answer already.
            cache?.Add(Key(LockedStep.Text([.. report.Steps.Select(step => LockedStep.Of(step, report.Times))])), bytes, report);
        }

        return (bytes, report);
    }

    private (byte[] Model, ModelReport Report) Replay(ModelProducer producer, LockedModel locked)
    {
        // A merge can join the inputs of one side and the steps or the ranks of the other.
        if (!locked.Steps.Select(step => step.Method).SequenceEqual(model.Steps.Select(step => step.Method.Name), StringComparer.Ordinal))
        {
            throw CannotBeFollowed("its steps are not the manifest's.");
        }

        try
        {
            return producer.Replay(locked.Choices);
        }
        catch (DiagnosticException exception) when (exception.Diagnostic.Code == MethodCodes.BadRanks)
        {
            throw CannotBeFollowed(exception.Diagnostic.Message, exception);
        }
    }

    private DiagnosticException CannotBeFollowed(string problem, Exception? inner = null) => new(
        LockCodes.Unreadable,
        $"The lock of model '{model.Name}' cannot be followed: {problem} Restore the file, or delete it and run 'modelopt compress'.",
        new SourcePosition(locks.Path),
        inner);

    private ModelReport Verify(ModelProducer producer, LockedModel? locked = null)
    {
        var path = OutputPath.Of(options.OutputDirectory, model);
        if (!File.Exists(path))
        {
            throw new DiagnosticException(
                RunCodes.NothingToVerify,
                $"There is no compressed model to verify at '{path}'. Run 'modelopt compress' (or build the project) first.",
                model.Position);
        }

        var report = Complete(producer.Examine(OnnxValidator.Require(OnnxModel.Load(path)))) with { Output = path };
        if (locked is not null)
        {
            var deviceClass = engine.Device.ClassWith(options.LinearAlgebra ?? plan.LinearAlgebra, locked.Device);
            LockCheck.Compare(locked, ContentHash.OfFile(path), model, deviceClass, locks, record);
        }

        Judge(report);
        return locked is null ? report : Followed(report);
    }

    private ModelReport Deliver(byte[] bytes, ModelReport report)
    {
        // A failed gate leaves the previous output as it was, and so does a look at it.
        var path = Judge(report) && !options.VerifyOnly ? OutputPath.Of(options.OutputDirectory, model) : null;
        if (path is not null)
        {
            OutputFile.Write(path, bytes, model.SourcePosition);
        }

        return report with { Output = path };
    }

    private bool Judge(ModelReport report)
    {
        var gatesAreWarnings = options is { GatesAreWarnings: true, VerifyOnly: false };
        var failures = report.Gates.Select(verdict => GateDiagnostics.From(verdict, gatesAreWarnings)).OfType<Diagnostic>().ToList();
        if (report.Search is { Chosen: null } search)
        {
            failures.Add(new Diagnostic(
                GateCodes.NothingPasses,
                gatesAreWarnings ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error,
                SearchText.NothingPassed(search, report.Before),
                SearchRules.Position(model)));
        }

        failures.ForEach(record.Report);
        return failures.TrueForAll(failure => failure.Severity != DiagnosticSeverity.Error);
    }

    // What was decided before was not decided by a search, nor by time.
    private static ModelReport Followed(ModelReport report) => report with { Decisions = DecisionSource.Lock, DecidedByTime = false };

    // What does not follow from contents, and so is not in the cache.
    private ModelReport Complete(ModelReport report) => report with
    {
        Name = model.Name,
        Source = model.Source,
        SourceSha256 = ContentHash.OfFile(model.Source),
        CalibratedOn = DataUse.Of(model.Calibrate),
        EvaluatedOn = DataUse.Of(model.Evaluate),
        Embed = model.Embed,
        DeviceNote = engine.Device.Note,
        // Only a gate's place can have changed.
        Gates = [.. report.Gates.Zip(model.Gates, (verdict, gate) => verdict with { Gate = gate, Line = gate.Position.Line })],
    };
}

/// <summary>Passes progress on at once, on the thread that reports it.</summary>
internal sealed class JobProgress(string model, IRunObserver observer) : IProgress<MethodProgress>
{
    public void Report(MethodProgress value) => observer.Progress(model, value);
}

/// <summary>Puts a finished model in its place.</summary>
internal static class OutputFile
{
    /// <summary>Writes the model whole or not at all; equal bytes keep the file as it is.</summary>
    public static void Write(string path, byte[] bytes, SourcePosition position)
    {
        try
        {
            ChangedFile.Write(path, bytes);
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            throw new DiagnosticException(
                RunCodes.OutputNotWritable,
                $"The compressed model cannot be written to '{path}': {exception.Message}",
                position,
                exception
            );
        }
    }
}

/// <summary>Makes a compressed model and everything there is to say about it but where it comes from and goes to.</summary>
internal sealed class ModelProducer(JobContext job, OnnxModel original)
{
    private bool TimeDecides => job.Model.Steps.Any(step => step.IsTimed) || job.Model.Gates.Any(gate => gate.Metric == GateRules.Latency);

    /// <summary>Compresses by the manifest: searches where it says so, and undoes what measures slower where it asks for speed.</summary>
    public (byte[] Model, ModelReport Report) Decide()
    {
        using var examiner = new ModelExaminer(job, original);
        // What is stored runs with the original's channels.
        var multiple = TimeDecides && job.Model.Steps.Any(step => step.Storage != FactorStorage.Stored) ? RankMultiple.Measure(job, original) : 1;
        var compressor = new ModelCompressor(job, original, multiple);
        var (compressed, trace) = job.Model.Steps.Any(step => step.IsSearched)
            ? GateSearch.Start(job, examiner, original, multiple).Run()
            : (compressor.Compress(), null);
        IReadOnlyList<LayerTime> times = [];
        if (TimeDecides)
        {
            (compressed, times) = new TimedReverts(job, compressor, examiner, new LayerTimer(job, original)).Apply(compressed);
        }

        var (bytes, report) = Finish(examiner, compressed);
        return (bytes, report with
        {
            Decisions = trace is null ? DecisionSource.Manifest : DecisionSource.Search,
            DecidedByTime = TimeDecides || trace is { IsOutOfTime: true },
            RankMultiple = multiple,
            Times = times,
            Search = trace,
        });
    }

    /// <summary>Does what was decided before.</summary>
    public (byte[] Model, ModelReport Report) Replay(IReadOnlyList<IReadOnlyDictionary<string, Choice>> chosen)
    {
        using var examiner = new ModelExaminer(job, original);
        return Finish(examiner, new ModelCompressor(job, original).Compress(chosen));
    }

    /// <summary>Measures a compressed model that is there already.</summary>
    public ModelReport Examine(OnnxModel compressed)
    {
        using var examiner = new ModelExaminer(job, original);
        return Finish(examiner, new CompressedModel(compressed, [])).Report;
    }

    private (byte[] Model, ModelReport Report) Finish(ModelExaminer examiner, CompressedModel compressed)
    {
        var bytes = compressed.Model.ToBytes();
        var evidence = examiner.Examine(compressed.Model);
        return (bytes, new ModelReport
        {
            OutputSha256 = ContentHash.Of(bytes),
            Before = evidence.Before,
            After = evidence.After,
            Metrics = evidence.Metrics,
            Steps = compressed.Steps,
            Gates = GateKeeper.Decide(job.Model.Gates, evidence),
            DeviceClass = job.Engine.Device.DeviceClass,
            Placement = evidence.Placement,
        });
    }
}

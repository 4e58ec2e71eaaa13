using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Locking;
using ModelOptimizer.Pipeline.Search;
using ModelOptimizer.Tensors;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>One model of a run: from the cache, by its lock or by compressing anew; then to the gates and to its place.</summary>
internal sealed class ModelJob(CompressionPlan plan, ModelPlan model, RunOptions options, Engine engine, LockFile locks, RunRecord record, CancellationToken cancellation)
{
    private readonly JobContext _context = new(plan, model, engine, new JobProgress(model.Name, record.Observer), record.Observer.Message, cancellation);

    public ModelReport Run()
    {
        record.Read(model.Source);
        List<string> datasets = [.. model.Calibrate?.Dataset?.Files ?? [], .. model.Evaluate?.Files ?? []];
        datasets.ForEach(record.Read);
        var original = OnnxModel.Load(model.Source);
        var students = model.Steps.Select(step => step.Student).OfType<string>().SelectMany(path => OnnxModel.Load(path).Files);
        List<string> models = [.. original.Files, .. students];
        models.ForEach(record.Read);
        string[] files = [.. models.Concat(datasets).Distinct(StringComparer.Ordinal)];

        if (options is { VerifyOnly: true, Locked: false })
        {
            return Verify(new ModelProducer(_context, original));
        }

        var hashes = files.ToDictionary(file => file, ContentHash.OfFile, StringComparer.Ordinal);
        var inputs = LockedInputs.Of(plan, model, hashes);
        var blobs = options.CacheDirectory is null ? null : new MethodBlobs(new BlobCache(options.CacheDirectory, record.Observer.Message), model, hashes, engine.Device.DeviceClass);
        var producer = new ModelProducer(_context with { Blobs = blobs }, original);
        var locked = new LockCheck(locks, model, options, record).Find(inputs);
        if (options.Locked && File.Exists(OutputPath.Of(options, model)))
        {
            return Verify(producer, locked);
        }

        var (bytes, result, fromCache) = Produce(producer, hashes.Values, locked);
        if (locked is not null)
        {
            LockCheck.Compare(locked, result.ModelSha256, model, engine.Device.DeviceClass, locks, record);
        }

        var report = Deliver(bytes, result, locked is null ? null : DecisionSource.Lock, fromCache);
        if (report.Output is not null && locked is null && options.WriteLock)
        {
            locks.Set(model.Name, LockedModel.Of(report, inputs));
        }

        return report;
    }

    private (byte[] Model, CachedResult Result, bool FromCache) Produce(ModelProducer producer, IEnumerable<string> hashes, LockedModel? locked)
    {
        string Key(string decisions) => ResultKey.Of(model, hashes, engine.Device.DeviceClass, decisions);
        var key = Key(locked is null ? "" : LockedStep.Text(locked.Steps));
        var cache = options.CacheDirectory is null ? null : new ResultCache(options.CacheDirectory, record.Observer.Message);
        if (cache?.Find(key) is { } hit)
        {
            return (hit.Model, hit.Result, true);
        }

        var (bytes, result) = locked is null ? producer.Decide() : Replay(producer, locked);
        // A program of the user's may work the next time.
        if (result.Gates.Any(verdict => verdict.Code == GateCodes.CommandFailed))
        {
            return (bytes, result, false);
        }

        cache?.Add(key, bytes, result);
        if (locked is null && options.WriteLock)
        {
            // A build that finds the lock file written now has its answer already.
            cache?.Add(Key(LockedStep.Text([.. result.Steps.Select(step => LockedStep.Of(step, result.Times))])), bytes, result);
        }

        return (bytes, result, false);
    }

    private (byte[] Model, CachedResult Result) Replay(ModelProducer producer, LockedModel locked)
    {
        try
        {
            return producer.Replay(locked.Decisions);
        }
        catch (DiagnosticException exception) when (exception.Diagnostic.Code == MethodCodes.BadRanks)
        {
            // A merge can join the inputs of one side and the ranks of the other.
            throw new DiagnosticException(
                LockCodes.Unreadable,
                $"The lock of model '{model.Name}' cannot be followed: {exception.Diagnostic.Message} Restore the file, or delete it and run 'modelopt compress'.",
                new SourcePosition(locks.Path),
                exception);
        }
    }

    private ModelReport Verify(ModelProducer producer, LockedModel? locked = null)
    {
        var path = OutputPath.Of(options, model);
        if (!File.Exists(path))
        {
            throw new DiagnosticException(
                RunCodes.NothingToVerify,
                $"There is no compressed model to verify at '{path}'. Run 'modelopt compress' (or build the project) first.",
                model.Position);
        }

        var result = producer.Examine(OnnxModel.Load(path));
        if (locked is not null)
        {
            LockCheck.Compare(locked, ContentHash.OfFile(path), model, engine.Device.DeviceClass, locks, record);
        }

        Judge(result);
        return Report(result, path, locked is null ? null : DecisionSource.Lock, fromCache: false);
    }

    private ModelReport Deliver(byte[] bytes, CachedResult result, DecisionSource? decisions, bool fromCache)
    {
        // A failed gate leaves the previous output as it was, and so does a look at it.
        var path = Judge(result) && !options.VerifyOnly ? OutputPath.Of(options, model) : null;
        if (path is not null)
        {
            OutputFile.Write(path, bytes, model.SourcePosition);
        }

        return Report(result, path, decisions, fromCache);
    }

    private bool Judge(CachedResult result)
    {
        var gatesAreWarnings = options is { GatesAreWarnings: true, VerifyOnly: false };
        var failures = Verdicts(result).Select(verdict => GateDiagnostics.From(verdict, gatesAreWarnings)).OfType<Diagnostic>().ToList();
        if (result.Search is { Chosen: null } search)
        {
            failures.Add(new Diagnostic(
                GateCodes.NothingPasses,
                gatesAreWarnings ? DiagnosticSeverity.Warning : DiagnosticSeverity.Error,
                SearchText.NothingPassed(model, search, result.Before.Bytes),
                SearchRules.Position(model)));
        }

        failures.ForEach(record.Report);
        return failures.TrueForAll(failure => failure.Severity != DiagnosticSeverity.Error);
    }

    private ModelReport Report(CachedResult result, string? output, DecisionSource? decisions, bool fromCache) => new()
    {
        Name = model.Name,
        Source = model.Source,
        SourceSha256 = ContentHash.OfFile(model.Source),
        CalibratedOn = DataUse.Of(model.Calibrate),
        EvaluatedOn = DataUse.Of(model.Evaluate),
        Output = output,
        OutputSha256 = result.ModelSha256,
        Embed = model.Embed,
        Before = result.Before,
        After = result.After,
        Metrics = result.Metrics,
        Steps = result.Steps,
        Decisions = decisions ?? (result.Search is null ? DecisionSource.Manifest : DecisionSource.Search),
        DecidedByTime = result.DecidedByTime && decisions is null,
        RankMultiple = result.RankMultiple,
        Times = result.Times,
        Search = result.Search,
        Gates = Verdicts(result),
        DeviceClass = result.DeviceClass,
        DeviceNote = engine.Device.Note,
        Placement = result.Placement,
        FromCache = fromCache,
    };

    private List<GateVerdict> Verdicts(CachedResult result) => [.. result.Gates.Zip(model.Gates, (verdict, gate) => verdict.On(gate))];
}

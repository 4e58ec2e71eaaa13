using ModelOptimizer.Diagnostics;
using ModelOptimizer.Onnx;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Plan;
using ModelOptimizer.Tensors;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>One model of a run: from the cache or by compressing and gating, then to its place.</summary>
internal sealed class ModelJob(CompressionPlan plan, ModelPlan model, RunOptions options, Engine engine, RunRecord record, CancellationToken cancellation)
{
    private readonly JobContext _context = new(plan, model, engine, new JobProgress(model.Name, record.Observer), cancellation);

    public ModelReport Run()
    {
        record.Read(model.Source);
        List<string> datasets = [.. model.Calibrate?.Dataset?.Files ?? [], .. model.Evaluate?.Files ?? []];
        datasets.ForEach(record.Read);
        var original = OnnxModel.Load(model.Source);
        foreach (var file in original.Files)
        {
            record.Read(file);
        }

        if (options.VerifyOnly)
        {
            return Verify(original);
        }

        var key = ResultKey.Of(model, original.Files.Concat(datasets), plan.Seed, engine.Device.DeviceClass);
        var cache = options.CacheDirectory is null ? null : new ResultCache(options.CacheDirectory, record.Observer.Message);
        if (cache?.Find(key) is { } hit)
        {
            return Deliver(hit.Model, hit.Result, fromCache: true);
        }

        var (compressed, steps) = ModelCompressor.Compress(_context, original);
        var bytes = compressed.ToBytes();
        var result = Measure(original, compressed, bytes, steps);
        // A program of the user's may work the next time.
        if (!result.Gates.Any(verdict => verdict.Code == GateCodes.CommandFailed))
        {
            cache?.Add(key, bytes, result);
        }

        return Deliver(bytes, result, fromCache: false);
    }

    private ModelReport Verify(OnnxModel original)
    {
        var path = OutputPath.Of(options, model);
        if (!File.Exists(path))
        {
            throw new DiagnosticException(
                RunCodes.NothingToVerify,
                $"There is no compressed model to verify at '{path}'. Run 'modelopt compress' (or build the project) first.",
                model.Position);
        }

        var compressed = OnnxModel.Load(path);
        var result = Measure(original, compressed, compressed.ToBytes(), []);
        Judge(result);
        return Report(result, path, fromCache: false);
    }

    private CachedResult Measure(OnnxModel original, OnnxModel compressed, byte[] bytes, IReadOnlyList<StepReport> steps)
    {
        var evidence = ModelExaminer.Examine(_context, original, compressed);
        return new CachedResult
        {
            ModelSha256 = ContentHash.Of(bytes),
            Before = evidence.Before,
            After = evidence.After,
            Metrics = evidence.Metrics,
            Steps = steps,
            Gates = [.. GateKeeper.Decide(model.Gates, evidence).Select(CachedVerdict.From)],
            DeviceClass = engine.Device.DeviceClass,
        };
    }

    private ModelReport Deliver(byte[] bytes, CachedResult result, bool fromCache)
    {
        // A failed gate leaves the previous output as it was.
        var path = Judge(result) ? OutputPath.Of(options, model) : null;
        if (path is not null)
        {
            OutputFile.Write(path, bytes, model.SourcePosition);
        }

        return Report(result, path, fromCache);
    }

    private bool Judge(CachedResult result)
    {
        var failures = Verdicts(result)
            .Select(verdict => GateDiagnostics.From(verdict, options is { GatesAreWarnings: true, VerifyOnly: false }))
            .OfType<Diagnostic>()
            .ToList();
        failures.ForEach(record.Report);
        return failures.TrueForAll(failure => failure.Severity != DiagnosticSeverity.Error);
    }

    private ModelReport Report(CachedResult result, string? output, bool fromCache) => new()
    {
        Name = model.Name,
        Source = model.Source,
        Output = output,
        OutputSha256 = result.ModelSha256,
        Embed = model.Embed,
        Before = result.Before,
        After = result.After,
        Metrics = result.Metrics,
        Steps = result.Steps,
        DecidedByTime = result.DecidedByTime,
        Times = result.Times,
        Search = result.Search,
        Gates = Verdicts(result),
        DeviceClass = result.DeviceClass,
        FromCache = fromCache,
    };

    private List<GateVerdict> Verdicts(CachedResult result) => [.. result.Gates.Zip(model.Gates, (verdict, gate) => verdict.On(gate))];
}

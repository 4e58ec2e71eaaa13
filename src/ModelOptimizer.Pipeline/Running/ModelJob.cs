using ModelOptimizer.Onnx.Validation;
using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Compression;
using ModelOptimizer.Pipeline.Files;
using ModelOptimizer.Pipeline.Gates;
using ModelOptimizer.Pipeline.Locking;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Pipeline.Search;
using ModelOptimizer.Tensors.Runtime;
using ModelOptimizer.Tensors.Sessions;

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
    private const string Evaluation = "evaluate";

    private readonly JobContext _context = new(plan, model, engine, new JobProgress(model.Name, record.Observer), record.Observer.Message, cancellation)
    {
        Shipping = Shipping.Of(model, options.HasBrotli),
    };

    public ModelReport Run()
    {
        using var hand = NativeCalls.Take(model.Source, model.TimeoutSeconds);
        using var operators = CustomOperators.Use(model.CustomOps);
        record.Read(model.Source);
        List<string> datasets = [.. model.Calibrate?.Dataset?.Files ?? [], .. model.Evaluate?.Files ?? []];
        datasets.ForEach(record.Read);
        model.CustomOps.ToList().ForEach(record.Read);
        var given = OnnxValidator.Require(OnnxModel.Load(model.Source));
        var students = model.Steps.Select(step => step.Student).OfType<string>().SelectMany(path => OnnxValidator.Require(OnnxModel.Load(path)).Files);
        List<string> models = [.. given.Files, .. students];
        models.ForEach(record.Read);
        var prepared = PreparedModel.Of(given, model);
        if (prepared.Note(model.SourcePosition) is { } note)
        {
            record.Report(note);
        }

        string[] files = [.. models.Concat(datasets).Concat(model.CustomOps).Distinct(StringComparer.Ordinal)];

        if (options is { VerifyOnly: true, Locked: false })
        {
            return Verify(new ModelProducer(_context, given, prepared));
        }

        var hashes = files.ToDictionary(file => file, ContentHash.OfFile, StringComparer.Ordinal);
        var inputs = LockedInputs.Of(plan, model, hashes);
        // To verify is not to believe what was computed before.
        var blobs = options.CacheDirectory is null || options.VerifyOnly
            ? null
            : new MethodBlobs(options.CacheDirectory, record.Observer.Message, model, hashes, engine.Device.DeviceClass);
        var producer = new ModelProducer(_context with { Blobs = blobs }, given, prepared);
        var check = new LockCheck(locks, model, options, record);
        var locked = check.Find(inputs);
        if (options.Locked && File.Exists(OutputPath.Of(options.OutputDirectory, model)))
        {
            return Verify(producer, (check, locked!));
        }

        var (bytes, produced) = Produce(producer, hashes.Values, locked);
        if (locked is not null)
        {
            check.Compare(locked, produced.OutputSha256, engine.Device.DeviceClass, replayed: null);
        }

        produced = produced with { Looks = locked?.Looks ?? Looks(inputs, hashes, produced) };
        if (locked is null && produced.Looks > 1)
        {
            record.Observer.Message($"{model.Name}: {Wording.Looks(produced)}");
        }

        var report = Deliver(bytes, locked is null ? produced : Followed(produced));
        if (report.Output is not null && locked is null && options.WriteLock)
        {
            locks.Set(model.Name, LockedModel.Of(report, inputs));
        }

        return report;
    }

    // A search that is repeated finds the same and is no other look; with other steps or gates it is, as long as 'evaluate' and its data are the same.
    private int Looks(LockedInputs inputs, Dictionary<string, string> hashes, ModelReport produced)
    {
        var (last, searches) = (locks.Find(model.Name), produced.Search is null ? 0 : 1);
        return last is null ? searches
            : last.Inputs.Changes(inputs).Count == 0 ? Math.Max(last.Looks, searches)
            : last.Inputs.Manifest.GetValueOrDefault(Evaluation) == inputs.Manifest.GetValueOrDefault(Evaluation)
                && model.Evaluate?.Dataset?.Files.All(file => last.Inputs.Files.Values.Contains(hashes[file])) == true ? last.Looks + searches
            : searches;
    }

    private (byte[] Model, ModelReport Report) Produce(ModelProducer producer, IEnumerable<string> hashes, LockedModel? locked)
    {
        string Key(string decisions) => ResultKey.Of(model, hashes, engine.Device.DeviceClass, decisions, $"{_context.Shipping}");
        var key = Key(locked is null ? "" : LockedStep.Text(locked.Steps));
        var cache = options.CacheDirectory is null ? null : new ResultCache(options.CacheDirectory, record.Observer.Message);
        if (!options.VerifyOnly && cache?.Find(key) is { } hit)
        {
            if (Confirmed(producer, hit.Model, hit.Report) is { } confirmed)
            {
                return (hit.Model, Complete(confirmed with { FromCache = true }));
            }

            cache.Discard(key);
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

    // Others may write to the cache, and a model is shipped on the word of its gates: they look at it again. Times and the user's program may come out
    // otherwise today, and then today's verdict is the one.
    private static ModelReport? Confirmed(ModelProducer producer, byte[] model, ModelReport report)
    {
        try
        {
            var found = producer.Examine(OnnxModel.Parse(model));
            var isAsReported = report.OutputSha256 == ContentHash.Of(model) && report.Gates.Count == found.Gates.Count
                && report.Gates.Zip(found.Gates).All(pair =>
                    pair.First.Outcome == pair.Second.Outcome || pair.Second.Metric == GateRules.Latency || pair.Second.Gate!.IsByCommand
                    // Whether it is looked at depends on those.
                    || (pair.Second.ConfirmedOn is not null && (IsUnmeasured(pair.First) || IsUnmeasured(pair.Second))));
            return !isAsReported ? null : report with
            {
                Before = found.Before,
                After = found.After,
                Metrics = found.Metrics,
                OutputErrors = found.OutputErrors,
                Gates = found.Gates,
                DeviceClass = found.DeviceClass,
                Placement = found.Placement,
            };
        }
        catch (DiagnosticException exception) when (exception.Diagnostic.Code.StartsWith("MOC2", StringComparison.Ordinal))
        {
            // A model that cannot be read or does not run. What is wrong with data is no reason to lose it.
            return null;
        }
    }

    private static bool IsUnmeasured(GateVerdict verdict) => verdict.Outcome == GateOutcome.NotMeasured;

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

    private ModelReport Verify(ModelProducer producer, (LockCheck Check, LockedModel Model)? locked = null)
    {
        var path = OutputPath.Of(options.OutputDirectory, model);
        if (!File.Exists(path))
        {
            throw new DiagnosticException(
                RunCodes.NothingToVerify,
                $"There is no compressed model to verify at '{path}'. Run 'modelopt compress' (or build the project) first.",
                model.Position);
        }

        if (locked is var (check, lockedModel))
        {
            var deviceClass = engine.Device.ClassWith(options.LinearAlgebra ?? plan.LinearAlgebra, lockedModel.Device);
            check.Compare(lockedModel, ContentHash.OfFile(path), deviceClass, () => Replay(producer, lockedModel).Report.OutputSha256);
        }

        var report = Complete(producer.Examine(OnnxValidator.Require(OnnxModel.Load(path)))) with { Output = path };
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
        if (OutputWarning.Of(report, model) is { } warning)
        {
            record.Report(warning);
        }

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

/// <summary>Says that compression went too far, also where no gate looks at what the model answers.</summary>
internal static class OutputWarning
{
    /// <summary>The warning at the model; null where its outputs are near the original's, or nothing is known of them.</summary>
    public static Diagnostic? Of(ModelReport report, ModelPlan model)
    {
        var isGated = report.Gates.Any(gate => gate.Metric == GateRules.OutputError);
        if (isGated || report.OutputErrors is not { Worst: { } worst } || worst.RelativeError <= model.WarnOutputError)
        {
            return null;
        }

        var advice = Wording.MeasuresAccuracy(report)
            ? "If its metrics are good enough all the same, raise"
            : "No gate looks at what the model answers: add one on a metric, with 'evaluate', compress less, calibrate on real data, or raise";
        return new Diagnostic(
            GateCodes.OutputsFarOff,
            DiagnosticSeverity.Warning,
            $"The outputs of the compressed model '{model.Name}' are far from the original's: {OutputText.Of(report.OutputErrors)}, where "
                + $"'{ModelKeys.WarnOutputError.Name}' is {Figures.Number(model.WarnOutputError)}. {advice} "
                + $"'{ModelKeys.WarnOutputError.Name}'.",
            model.Position);
    }
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

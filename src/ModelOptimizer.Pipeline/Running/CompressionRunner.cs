using ModelOptimizer.Pipeline.Caching;
using ModelOptimizer.Pipeline.Locking;
using ModelOptimizer.Pipeline.Manifest;
using ModelOptimizer.Pipeline.Reports;
using ModelOptimizer.Tensors.Devices;
using ModelOptimizer.Tensors.LinearAlgebra;
using ModelOptimizer.Tensors.Runtime;

namespace ModelOptimizer.Pipeline.Running;

/// <summary>Runs a manifest: plan, calibrate, compress, gate, write. The one entry of the command line and the build.</summary>
internal static class CompressionRunner
{
    /// <summary>Runs to the end and reports every failure in the result; throws only <see cref="OperationCanceledException"/>.</summary>
    public static RunResult Run(RunOptions options, IRunObserver observer, CancellationToken cancellation)
    {
        var record = new RunRecord(observer);
        record.Read(Path.GetFullPath(options.ManifestPath));
        record.Guard(() =>
        {
            var plan = ManifestReader.Read(options.ManifestPath);
            foreach (var remark in plan.Remarks)
            {
                record.Report(remark);
            }

            WorkingMemory.Promise(plan.Memory);
            var models = Select(plan, options.Model);
            var locks = LockFile.Read(plan.ManifestPath);
            record.Read(locks.Path);
            var device = At(plan.DevicePosition, options.Device, plan.Device, DeviceSelector.Select);
            using var engine = At(plan.LinearAlgebraPosition, options.LinearAlgebra, plan.LinearAlgebra, library =>
                Start(device, library, options, models, locks, observer)
            );
            using var stop = cancellation.Register(engine.Sessions.Stop);
            observer.Message(engine.Device.Line);
            foreach (var model in models)
            {
                cancellation.ThrowIfCancellationRequested();
                record.Guard(() => record.Finish(ReportFiles.Write(
                    new ModelJob(plan, model, options, engine, locks, record, cancellation).Run(), plan.ManifestPath, model, options, record.Report)));
                // The output is in its place, and nothing that happens to the next model may take its decisions away.
                if (options.WriteLock)
                {
                    locks.Write(cancellation);
                }
            }

            if (options is { WriteLock: true, Model: null })
            {
                locks.Retain(models.Select(model => model.Name));
                locks.Write(cancellation);
            }
        });
        return record.ToResult();
    }

    private static IReadOnlyList<ModelPlan> Select(CompressionPlan plan, string? name)
    {
        if (name is null)
        {
            return plan.Models;
        }

        return plan.Models.Where(model => model.Name == name).ToList() is { Count: > 0 } chosen
            ? chosen
            : throw new DiagnosticException(
                RunCodes.UnknownModel,
                $"There is no model '{name}' in this manifest; it has {string.Join(", ", plan.Models.Select(model => $"'{model.Name}'"))}.",
                new SourcePosition(plan.ManifestPath));
    }

    // To verify is not to decompose, unless an output that is not there, or not the locked one, has to be made again. That the locked ranks can do with any
    // linear algebra: as on any other device, they give other bytes, and the gates decide.
    private static Engine Start(Device device, string library, RunOptions options, IReadOnlyList<ModelPlan> models, LockFile locks, IRunObserver observer)
    {
        bool IsThere(ModelPlan model) => OutputPath.Of(options.OutputDirectory, model) is var path
            && File.Exists(path) && locks.Find(model.Name)?.Output == ContentHash.OfFile(path);
        if (options.VerifyOnly && (!options.Locked || models.All(IsThere)))
        {
            return new Engine(device);
        }

        try
        {
            return new Engine(device, LinearAlgebraBackends.Load(library));
        }
        catch (DiagnosticException exception) when (options is { VerifyOnly: true, LinearAlgebra: null })
        {
            observer.Message($"the built-in linear algebra is taken: {exception.Diagnostic.Message}");
            return new Engine(device);
        }
    }

    // What the manifest asks for and cannot be had is an error at the manifest's line.
    private static T At<T>(SourcePosition position, string? asked, string written, Func<string, T> select)
    {
        try
        {
            return select(asked ?? written);
        }
        catch (DiagnosticException exception) when (asked is null)
        {
            throw new DiagnosticException(exception.Diagnostic with { Position = position }, exception);
        }
    }
}
